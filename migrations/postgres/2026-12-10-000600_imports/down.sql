DROP TABLE contact_import_files;
DROP TABLE contact_imports;
