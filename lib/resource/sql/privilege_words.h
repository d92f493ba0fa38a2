/* The words of privileges by kind of object, for the field tables (PostgreSQL 15, table 5.1). */
#ifndef RESOURCE_PRIVILEGE_WORDS_H
#define RESOURCE_PRIVILEGE_WORDS_H

extern const char *const privilege_database_words[];
extern const char *const privilege_schema_words[];
extern const char *const privilege_table_words[];
extern const char *const privilege_sequence_words[];
extern const char *const privilege_routine_words[];

#endif
