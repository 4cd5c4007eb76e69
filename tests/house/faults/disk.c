/* Preloaded into the product: makes calls on the files of one database fail, as a disk would. FAULTS_DATABASE is what
   their paths begin with, FAULTS_CONTROL a file of the numbers below, which the test writes and reads meanwhile. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, TRUNCATE = 4, RENAME = 8, UNLINK = 16, OPEN = 32, CREATE = 64, ACCESS = 128 };

struct control {
    uint32_t error; /* the errno of calls that fail; 0 while all is well */
    uint32_t kinds; /* which calls are counted, and may fail */
    uint32_t first; /* the first one and the last one that fail, counted from 1 */
    uint32_t last;
    uint32_t torn; /* whether the first one writes half of what it should instead */
    uint32_t calls;
    uint32_t failed;
};

static struct control *control;
static const char *database;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL");
    database = getenv("FAULTS_DATABASE");
    if (!path || !database) return;
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return;
    void *shared = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared != MAP_FAILED) control = shared;
    close(file);
}

static int is_ours(const char *path) {
    return control && path && strncmp(path, database, strlen(database)) == 0;
}

static int is_open_on_ours(int file) {
    if (!control) return 0;
    char name[32], path[4096];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

/* Counts a call; which one of those that fail it is, 0 if it is to go well. */
static uint32_t failing(uint32_t kind) {
    if (!(__atomic_load_n(&control->kinds, __ATOMIC_ACQUIRE) & kind)) return 0;
    uint32_t n = __atomic_add_fetch(&control->calls, 1, __ATOMIC_ACQ_REL);
    uint32_t error = __atomic_load_n(&control->error, __ATOMIC_ACQUIRE);
    if (!error || n < control->first || n > control->last) return 0;
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_ACQ_REL);
    errno = error;
    return n - control->first + 1;
}

/* How much of `length` gets onto the disk; -1 for none. */
static ssize_t room(int file, size_t length) {
    int before = errno;
    uint32_t nth = is_open_on_ours(file) ? failing(WRITE) : 0;
    if (nth == 1 && control->torn && length > 1) nth = 0, length /= 2;
    if (nth) return -1;
    errno = before;
    return (ssize_t)length;
}

#define NEXT(name) \
    static __typeof__(name) *next; \
    if (!next) next = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

ssize_t write(int file, const void *bytes, size_t length) {
    NEXT(write);
    ssize_t fits = room(file, length);
    return fits < 0 ? fits : next(file, bytes, (size_t)fits);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
    NEXT(pwrite);
    ssize_t fits = room(file, length);
    return fits < 0 ? fits : next(file, bytes, (size_t)fits, at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
    NEXT(pwrite64);
    ssize_t fits = room(file, length);
    return fits < 0 ? fits : next(file, bytes, (size_t)fits, at);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    NEXT(writev);
    return is_open_on_ours(file) && failing(WRITE) ? -1 : next(file, parts, count);
}

int fallocate64(int file, int mode, off64_t at, off64_t length) {
    NEXT(fallocate64);
    return is_open_on_ours(file) && failing(WRITE) ? -1 : next(file, mode, at, length);
}

int fsync(int file) {
    NEXT(fsync);
    return is_open_on_ours(file) && failing(SYNC) ? -1 : next(file);
}

int fdatasync(int file) {
    NEXT(fdatasync);
    return is_open_on_ours(file) && failing(SYNC) ? -1 : next(file);
}

int ftruncate(int file, off_t length) {
    NEXT(ftruncate);
    return is_open_on_ours(file) && failing(TRUNCATE) ? -1 : next(file, length);
}

int ftruncate64(int file, off64_t length) {
    NEXT(ftruncate64);
    return is_open_on_ours(file) && failing(TRUNCATE) ? -1 : next(file, length);
}

int rename(const char *from, const char *to) {
    NEXT(rename);
    return (is_ours(from) || is_ours(to)) && failing(RENAME) ? -1 : next(from, to);
}

int unlink(const char *path) {
    NEXT(unlink);
    return is_ours(path) && failing(UNLINK) ? -1 : next(path);
}

int unlinkat(int folder, const char *path, int flags) {
    NEXT(unlinkat);
    return is_ours(path) && failing(UNLINK) ? -1 : next(folder, path, flags);
}

int access(const char *path, int mode) {
    NEXT(access);
    return mode & W_OK && is_ours(path) && failing(ACCESS) ? -1 : next(path, mode);
}

/* Whether opening fails: for writing, or because it would make a file. */
static int stays_shut(const char *path, int flags) {
    static __typeof__(access) *exists;
    if (!is_ours(path)) return 0;
    if (!exists) exists = (__typeof__(access) *)dlsym(RTLD_NEXT, "access");
    int before = errno, makes = flags & O_CREAT && exists(path, F_OK) != 0;
    errno = before;
    return (flags & (O_WRONLY | O_RDWR) && failing(OPEN)) || (makes && failing(CREATE));
}

static mode_t mode_in(int flags, va_list rest) {
    return flags & O_CREAT ? va_arg(rest, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    NEXT(open);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_in(flags, rest);
    va_end(rest);
    return stays_shut(path, flags) ? -1 : next(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    NEXT(open64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_in(flags, rest);
    va_end(rest);
    return stays_shut(path, flags) ? -1 : next(path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...) {
    NEXT(openat64);
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_in(flags, rest);
    va_end(rest);
    return stays_shut(path, flags) ? -1 : next(folder, path, flags, mode);
}
