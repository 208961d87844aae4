#ifndef BOOK_H
#define BOOK_H

#include <stdint.h>

// What a disk has kept of each file, and what it has only been told. Every call is safe from any thread.
typedef struct Book Book;
// The bytes behind a name; a name may lead to several, one after another.
typedef struct Inode Inode;

Book *book_make(void);

// An operation is about to happen: 0 if the end has come, and then it must not.
int book_write(Book *book, Inode *inode, const void *bytes, int count, int64_t offset);
int book_truncate(Book *book, Inode *inode, int64_t size);
int book_delete(Book *book, const char *name);
int book_begin_sync(Book *book);
// `makes` says whether the file would be made if it isn't there.
int book_may_open(Book *book, const char *name, int makes);

// A file was opened, made if it was not there before `book_may_open`.
Inode *book_opened(Book *book, const char *name, int kind);

int book_operations(Book *book);
void book_end_at(Book *book, int countdown);
int book_has_ended(Book *book);
void book_lie(Book *book, int files);
int book_cut(Book *book, const char *folder, uint64_t seed);
void book_forget(Book *book);

#endif
