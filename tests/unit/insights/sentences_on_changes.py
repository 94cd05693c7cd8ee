"""Sentences on changes between periods as models write them: forty true ones, and as many false ones.

They were written before the checker could read any of them. The table is ``SALES``, a row for each month of a year.
"""

from __future__ import annotations

SALES = """\
month,sales,returns,visitors
Jan 2024,1000,50,8000
Feb 2024,1100,44,8200
Mar 2024,1250,60,9100
Apr 2024,1400,66,9500
May 2024,1330,80,9300
Jun 2024,1500,72,9900
Jul 2024,1800,90,12000
Aug 2024,1750,98,11800
Sep 2024,1450,70,10100
Oct 2024,1510,75,10400
Nov 2024,1900,95,12500
Dec 2024,2400,160,15000
"""

TRUE = (
    '"sales" rose by 12 % from March to April.',
    '"sales" rose by 12% from March 2024 to April 2024.',
    "Sales increased by 12 % between March and April.",
    "Between March and April 2024, sales grew by 12 %.",
    "From March to April, sales increased from 1,250 to 1,400.",
    "Sales increased from 1,250 in March to 1,400 in April, a rise of 12 %.",
    '"sales" increased from 1,250 in March to 1,400 in April (12 %).',
    '"sales" fell by 5 % from April to May.',
    "Sales decreased by 5 percent between April 2024 and May 2024.",
    "Sales dropped from 1,400 in April to 1,330 in May.",
    '"sales" declined by 70 from April to May.',
    "Sales rose by 26.3 % from November to December.",
    "Sales grew by about 26 % between November and December.",
    "From January to December, sales rose by 140 %.",
    '"sales" went from 1,000 in January to 2,400 in December, an increase of 140 %.',
    '"returns" increased by 68.4 % from November to December.',
    '"returns" fell from 50 in January to 44 in February, a decrease of 12 %.',
    "There was an increase of 68 % in returns from November to December.",
    "Returns rose by 65 between 2024-11 and 2024-12.",
    '"visitors" rose by 21.2 % between June and July.',
    "Visitors were 21.2 % higher in July than in June.",
    "In July, visitors were 21.2 % higher than in June.",
    '"visitors" in July was 21.2 % higher than in June.',
    "In September, sales were 17.1 % lower than in August.",
    "Compared with August, sales fell by 17.1 % in September.",
    "Compared to August 2024, sales decreased by 300 in September 2024.",
    "Sales fell by 17.1 % in September compared to August.",
    "Sales were highest in December at 2,400.",
    '"sales" peaked in December with 2,400.',
    "Sales were lowest in January with 1,000.",
    '"returns" reached its maximum of 160 in December.',
    '"returns" reached its lowest value of 44 in February.',
    "In July, sales were 1,800.",
    '"sales" amounted to 1,800 in July 2024.',
    "Sales stood at 1,500 in June and at 1,800 in July.",
    "Sales rose by 12 % from March to April and fell by 5 % from April to May.",
    "Sales fell from August to September.",
    "Sales saw an increase of 26.3 % from November to December.",
    'Visitors rose from 12,500 in November to 15,000 in December and "returns" rose from 95 to 160 in the same period.',
    "Sales more than doubled from January to December.",
)

FALSE = (
    '"sales" rose by 21 % from March to April.',
    '"sales" fell by 12% from March 2024 to April 2024.',
    "Sales increased by 12 % between April and May.",
    "Between March and April 2023, sales grew by 12 %.",
    "From March to April, sales increased from 1,400 to 1,250.",
    "Sales increased from 1,250 in March to 1,400 in April, a rise of 15 %.",
    '"sales" increased from 1,250 in April to 1,400 in March (12 %).',
    '"sales" rose by 5 % from April to May.',
    "Sales decreased by 5 percent between May 2024 and June 2024.",
    "Sales dropped from 1,400 in May to 1,330 in June.",
    '"sales" declined by 70 % from April to May.',
    "Returns rose by 26.3 % from November to December.",
    "Sales grew by more than 30 % between November and December.",
    "From January to December, sales fell by 140 %.",
    '"sales" went from 1,000 in January to 2,400 in December, an increase of 240 %.',
    '"returns" decreased by 68.4 % from November to December.',
    '"returns" fell from 50 in January to 44 in February, a decrease of 12.',
    "There was an increase of 68 % in sales from November to December.",
    "Returns rose by 65 between 2024-10 and 2024-11.",
    '"visitors" rose by 21.2 % between July and June.',
    "Visitors were 21.2 % lower in July than in June.",
    "In June, visitors were 21.2 % higher than in July.",
    '"sales" in July was 21.2 % higher than in June.',
    "In September, sales were 17.1 % higher than in August.",
    "Compared with September, sales fell by 17.1 % in August.",
    "Compared to August 2024, sales decreased by 17.1 in September 2024.",
    "Sales fell by 17.1 % each month compared to August.",
    "Sales were highest in November at 1,900.",
    '"sales" peaked in July with 1,800.',
    "Sales were lowest in December with 1,000.",
    '"returns" reached its maximum of 98 in August.',
    '"returns" reached its lowest value of 50 in January.',
    "In July, sales were 1,500.",
    '"sales" amounted to 1,800 in July 2023.',
    "Sales stood at 1,800 in June and at 1,500 in July.",
    "Sales rose by 12 % from March to April and rose by 5 % from April to May.",
    "Sales fell from September to October.",
    "Sales rose by 12 % from March to April because of Easter.",
    'Visitors rose from 12,500 in November to 15,000 in December and "returns" rose from 160 to 95 in the same period.',
    "Sales more than doubled from January to November.",
)
