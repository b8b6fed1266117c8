/* A disk that fails. Preloaded, it keeps beside each database file what has been flushed of it, in a file of the same
 * name with .disk behind it: what is left after a power cut. While the file named by DISK_FAILS is there, every flush
 * fails, and what it should have written is forgotten: as with Linux, no later flush writes it or says so. While the file
 * named by DISK_READ_ONLY is there, nothing can be written: so Linux mounts a disk anew that has failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct range {
    dev_t device;
    ino_t inode;
    off_t offset;
    size_t length;
    struct range *next;
};

static struct range *dirty;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The path of a database file or its log, or 0. */
static int ours(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 8);
    if (length < 0) return 0;
    path[length] = 0;
    return (length > 3 && !strcmp(path + length - 3, ".db")) || (length > 7 && !strcmp(path + length - 7, ".db-wal"));
}

static void wrote(int fd, off_t offset, ssize_t length) {
    char path[4096];
    struct stat stat;
    if (length <= 0 || !ours(fd, path, sizeof path) || fstat(fd, &stat)) return;
    struct range *range = malloc(sizeof *range);
    pthread_mutex_lock(&lock);
    *range = (struct range){stat.st_dev, stat.st_ino, offset, length, dirty};
    dirty = range;
    pthread_mutex_unlock(&lock);
}

static int flush(int fd, int (*real)(int)) {
    char path[4096];
    struct stat stat;
    if (!ours(fd, path, sizeof path) || fstat(fd, &stat)) return real(fd);
    int fails = access(getenv("DISK_FAILS"), F_OK) == 0;
    strcat(path, ".disk");
    int to = open(path, O_WRONLY | O_CREAT, 0600);
    pthread_mutex_lock(&lock);
    for (struct range **at = &dirty; *at;) {
        struct range *range = *at;
        if (range->device != stat.st_dev || range->inode != stat.st_ino) {
            at = &range->next;
            continue;
        }
        /* Through the same descriptor: to close another of the same file would drop its locks. */
        char *bytes = malloc(range->length);
        ssize_t length = fails ? 0 : pread(fd, bytes, range->length, range->offset);
        ssize_t (*write_at)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
        if (length > 0) write_at(to, bytes, length, range->offset);
        free(bytes);
        *at = range->next;
        free(range);
    }
    pthread_mutex_unlock(&lock);
    close(to);
    if (fails) {
        errno = EIO;
        return -1;
    }
    return real(fd);
}

int fsync(int fd) { return flush(fd, dlsym(RTLD_NEXT, "fsync")); }
int fdatasync(int fd) { return flush(fd, dlsym(RTLD_NEXT, "fdatasync")); }

ssize_t write(int fd, const void *bytes, size_t length) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = dlsym(RTLD_NEXT, "write");
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t written = real(fd, bytes, length);
    if (offset >= 0) wrote(fd, offset, written);
    return written;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    char path[4096];
    const char *read_only = getenv("DISK_READ_ONLY");
    if (read_only && access(read_only, F_OK) == 0 && ours(fd, path, sizeof path)) {
        errno = EROFS;
        return -1;
    }
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    ssize_t written = real(fd, bytes, length, offset);
    wrote(fd, offset, written);
    return written;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) { return pwrite(fd, bytes, length, offset); }

int ftruncate(int fd, off_t length) {
    int (*real)(int, off_t) = dlsym(RTLD_NEXT, "ftruncate");
    char path[4096];
    if (ours(fd, path, sizeof path)) {
        strcat(path, ".disk");
        if (truncate(path, length) && errno != ENOENT) return -1;
    }
    return real(fd, length);
}

int ftruncate64(int fd, off64_t length) { return ftruncate(fd, length); }

int unlink(const char *path) {
    int (*real)(const char *) = dlsym(RTLD_NEXT, "unlink");
    size_t length = strlen(path);
    if (length > 7 && !strcmp(path + length - 7, ".db-wal")) {
        char disk[4096];
        snprintf(disk, sizeof disk, "%s.disk", path);
        real(disk);
    }
    return real(path);
}
