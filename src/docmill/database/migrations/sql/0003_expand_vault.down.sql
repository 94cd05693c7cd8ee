drop table docmill.privacy_audit;
drop table docmill.erased_documents;
drop table docmill.document_keys;
