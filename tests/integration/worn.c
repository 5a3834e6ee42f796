/* A stick that keeps the first PINGLI_WORN_KEEPS bytes that are written to files below
 * PINGLI_WORN_BELOW. What comes after them, as PINGLI_WORN_HOW says: `wraps` is written over the
 * beginning of the first file, `zeros` reads back as zeros, `fails` is an error of the medium. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t (*real_write)(int, const void *, size_t);
static size_t written;
static int first = -1;

static int is_below(int fd) {
    const char *below = getenv("PINGLI_WORN_BELOW");
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!below || length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    if (!real_write) real_write = dlsym(RTLD_NEXT, "write");
    if (!is_below(fd)) return real_write(fd, bytes, count);
    const char *how = getenv("PINGLI_WORN_HOW");
    size_t keeps = strtoul(getenv("PINGLI_WORN_KEEPS"), NULL, 10);
    if (first < 0) first = dup(fd);
    size_t room = written < keeps ? keeps - written : 0;
    size_t kept = count < room ? count : room;
    size_t lost = count - kept;
    if (lost == 0) {
        ssize_t done = real_write(fd, bytes, count);
        if (done > 0) written += done;
        return done;
    }
    if (strcmp(how, "fails") == 0) {
        errno = EIO;
        return -1;
    }
    char *copy = malloc(count);
    memcpy(copy, bytes, count);
    if (strcmp(how, "zeros") == 0) memset(copy + kept, 0, lost);
    ssize_t done = real_write(fd, copy, count);
    if (strcmp(how, "wraps") == 0) {
        size_t at = (written + kept) % keeps;
        if (pwrite(first, copy + kept, lost, at) < 0) abort();
    }
    free(copy);
    written += count;
    return done;
}
