"""Settings of documents: how they are accepted and read."""

from __future__ import annotations

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

from docmill.settings.base import CONFIG


class DocumentSettings(BaseSettings):
    """How documents are accepted and read."""

    model_config = CONFIG

    max_size_kb: int = Field(
        default=102_400,
        ge=1,
        validation_alias=AliasChoices("UPLOADED_DOCUMENTS_MAX_SIZE_KB"),
        description="Largest file that is accepted, in units of 1,024 bytes.",
    )
    max_pages: int = Field(
        default=5000,
        ge=1,
        validation_alias=AliasChoices("DOCMILL_MAX_PAGES", "PDF_MAX_PAGES"),
        description="Most pages of a document.",
    )
    pdf_engine: Literal["pdfium", "pdfplumber", "pymupdf"] = Field(
        default="pdfium",
        validation_alias="PDF_ENGINE",
        description="Which library supplies the words of a page.",
    )
    pdf_password: SecretStr | None = Field(
        default=None,
        validation_alias="DOCMILL_PDF_PASSWORD",
        description="Password for encrypted documents; never stored.",
    )
    ocr: Literal["auto", "always", "never"] = Field(
        default="auto",
        validation_alias="DOCMILL_OCR",
        description="When pages are read by character recognition.",
    )
    ocr_engine: Literal["rapidocr", "tesseract"] = Field(
        default="rapidocr",
        validation_alias="DOCMILL_OCR_ENGINE",
        description="Which character recognition is used.",
    )
    ocr_max_pages: int = Field(
        default=200,
        ge=0,
        validation_alias="DOCMILL_OCR_MAX_PAGES",
        description="Most pages of a document that are read by OCR.",
    )
    page_timeout_seconds: float = Field(
        default=10.0,
        gt=0,
        validation_alias="DOCMILL_PAGE_TIMEOUT_SECONDS",
        description="Longest time to read a page's text.",
    )
    ocr_page_timeout_seconds: float = Field(
        default=60.0,
        gt=0,
        validation_alias="DOCMILL_OCR_PAGE_TIMEOUT_SECONDS",
        description="Longest time to read a page by OCR.",
    )
    text_memory_mb: int = Field(
        default=384,
        ge=128,
        validation_alias="DOCMILL_TEXT_MEMORY_MB",
        description="Address space of a child that reads text.",
    )
    ocr_memory_mb: int = Field(
        default=3072,
        ge=512,
        validation_alias="DOCMILL_OCR_MEMORY_MB",
        description="Address space of a child that runs OCR.",
    )
