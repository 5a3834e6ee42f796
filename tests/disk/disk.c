/* A disk that fails when it is told to, as a library that stands before the system's own.
 *
 * Whatever changes a file or a folder below PINGLI_DISK_BELOW is counted; the order says at which
 * number what goes wrong. What was written and not yet synced is remembered, so that a power cut
 * may keep it, lose it, or tear it in sectors; so are names that were made, moved or taken away in
 * a folder that was not synced since. No sync reaches the real disk: whether one was asked for is
 * all that counts here.
 *
 * Orders are written to PINGLI_DISK_BELOW with ".order" behind it:
 *   arm MODE N PATTERN   count from zero; at the Nth change (0: never) MODE begins
 *   lift                 nothing fails any more; after a power cut, the damage is done
 * The answer is read from ".answer": how many changes were counted, and whether anything failed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECTOR 512
#define PATH 600

enum mode { COUNT, CUT, FULL_ONCE, FULL_EVER, ERROR_ONCE, ERROR_EVER };
static const char *const MODES[] = {"count", "cut", "full-once", "full-ever", "error-once", "error-ever"};

/* One thing written to a file: some bytes, or (without bytes) another length. */
struct change {
    off_t at;
    size_t length;
    unsigned char *bytes;
    struct change *next;
};

/* A file with something unsynced: what the platter holds of it, and what came since. */
struct file {
    dev_t dev;
    ino_t ino;
    int fd;
    unsigned char *platter;
    size_t length;
    struct change *first, **last;
    struct file *next;
};

/* A name that was made, moved or taken away, and the folders that have to be synced for it. */
enum act { MADE, FOLDER, MOVED, GONE };
struct name {
    enum act act;
    char from[PATH], to[PATH], spare[PATH];
    struct name *before;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static const char *below;
static int armed, dead, failed;
static enum mode mode;
static long count, when, pattern, spares;
static struct file *files;
static struct name *names;

static int (*real_open)(const char *, int, ...);
static int (*real_openat)(int, const char *, int, ...);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static int (*real_ftruncate)(int, off_t);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_rename)(const char *, const char *);
static int (*real_unlink)(const char *);
static int (*real_unlinkat)(int, const char *, int);
static int (*real_link)(const char *, const char *);
static int (*real_linkat)(int, const char *, int, const char *, int);
static int (*real_mkdir)(const char *, mode_t);

static void begin(void) __attribute__((constructor));
static void begin(void) {
    below = getenv("PINGLI_DISK_BELOW");
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_write = dlsym(RTLD_NEXT, "write");
    real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    real_link = dlsym(RTLD_NEXT, "link");
    real_linkat = dlsym(RTLD_NEXT, "linkat");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
}

static int is_below(const char *path) {
    size_t length = below ? strlen(below) : 0;
    return length && strncmp(path, below, length) == 0 && path[length] == '/';
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH - 1);
    path[length < 0 ? 0 : length] = 0;
    return is_below(path);
}

/* Whether a change goes through. It is counted, and may be the one at which something begins. */
static int fails(int takes_space) {
    if (dead) {
        errno = EIO;
        return 1;
    }
    count++;
    int is_full = mode == FULL_ONCE || mode == FULL_EVER;
    int is_ever = mode == FULL_EVER || mode == ERROR_EVER;
    if (mode == COUNT || when == 0 || (is_full && !takes_space)) return 0;
    /* A full disk fails the first change from there on that wants space. */
    if (count < when || (failed && !is_ever)) return 0;
    if (!is_full && !is_ever && count > when) return 0;
    failed = 1;
    dead = mode == CUT;
    errno = is_full ? ENOSPC : EIO;
    return 1;
}

/* The file behind a descriptor, remembered as the platter has it, from its first change on. */
static struct file *file_of(int fd) {
    struct stat now;
    if (fstat(fd, &now) != 0 || !S_ISREG(now.st_mode)) return NULL;
    for (struct file *file = files; file; file = file->next)
        if (file->ino == now.st_ino && file->dev == now.st_dev) return file;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    int own = real_open(link, O_RDWR | O_CLOEXEC);
    if (own < 0) return NULL;
    struct file *file = calloc(1, sizeof *file);
    *file = (struct file){now.st_dev, now.st_ino, own, malloc(now.st_size + 1), now.st_size, NULL, NULL, files};
    file->last = &file->first;
    if (pread(own, file->platter, now.st_size, 0) != now.st_size) abort();
    return files = file;
}

static void note(int fd, off_t at, const void *bytes, size_t length) {
    struct file *file = file_of(fd);
    if (!file) return;
    struct change *change = malloc(sizeof *change);
    *change = (struct change){at, length, NULL, NULL};
    if (bytes) memcpy(change->bytes = malloc(length + 1), bytes, length);
    *file->last = change;
    file->last = &change->next;
}

static void forget(struct file *file) {
    for (struct change *change = file->first, *next; change; change = next) {
        next = change->next;
        free(change->bytes);
        free(change);
    }
    close(file->fd);
    free(file->platter);
    free(file);
}

static void synced(int fd, const char *path) {
    struct stat now;
    if (fstat(fd, &now) != 0) return;
    if (S_ISREG(now.st_mode)) {
        for (struct file **file = &files; *file; file = &(*file)->next)
            if ((*file)->ino == now.st_ino && (*file)->dev == now.st_dev) {
                struct file *gone = *file;
                *file = gone->next;
                forget(gone);
                return;
            }
        return;
    }
    size_t length = strlen(path);
    for (struct name **name = &names; *name;) {
        const char *told = (*name)->to;
        if (strncmp(told, path, length) == 0 && told[length] == '/' && !strchr(told + length + 1, '/')) {
            struct name *gone = *name;
            *name = gone->before;
            if (gone->spare[0]) real_unlink(gone->spare);
            free(gone);
        } else
            name = &(*name)->before;
    }
}

/* Remembers a name; what it takes the place of is kept under a spare one. */
static struct name *named(enum act act, const char *from, const char *to) {
    struct name *name = calloc(1, sizeof *name);
    name->act = act;
    snprintf(name->from, PATH, "%s", from);
    snprintf(name->to, PATH, "%s", to);
    if (act == MOVED || act == GONE) {
        snprintf(name->spare, PATH, "%s.spare-%ld", below, ++spares);
        if (real_link(to, name->spare) != 0) name->spare[0] = 0;
    }
    return name;
}

static void keep(struct name *name, int is_done) {
    if (is_done && armed) {
        name->before = names;
        names = name;
        return;
    }
    if (name->spare[0]) real_unlink(name->spare);
    free(name);
}

static uint64_t draw(void) {
    static uint64_t state;
    if (pattern >= 0) {
        state = 0x9e3779b97f4a7c15u * (uint64_t)(pattern + 1) ^ (uint64_t)when << 20;
        pattern = -1;
    }
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static void damage(void) {
    /* Of the two simplest patterns one keeps everything and one keeps nothing unsynced. */
    int all = pattern == 0, none = pattern == 1;
    long total = 0;
    for (struct name *name = names; name; name = name->before) total++;
    long undone = all ? 0 : none ? total : (long)(draw() % (uint64_t)(total + 1));
    for (; undone > 0; undone--) {
        struct name *name = names;
        names = name->before;
        if (name->act == MADE) real_unlink(name->to);
        if (name->act == FOLDER) rmdir(name->to);
        if (name->act == MOVED) real_rename(name->to, name->from);
        if (name->spare[0]) real_rename(name->spare, name->to);
        free(name);
    }
    for (struct file *file = files; file; file = file->next) {
        size_t length = file->length;
        unsigned char *image = malloc(length + 1);
        memcpy(image, file->platter, length);
        for (struct change *change = file->first; change; change = change->next) {
            if (none || (!all && draw() % 3 == 0)) continue;
            size_t end = change->at + change->length, old = length;
            if (!change->bytes || end > length) {
                image = realloc(image, end + 1);
                if (end > old) memset(image + old, 0, end - old);
                length = end;
            }
            int is_torn = !all && draw() % 2;
            for (size_t at = 0; change->bytes && at < change->length; at += SECTOR) {
                size_t part = change->length - at < SECTOR ? change->length - at : SECTOR;
                if (!is_torn || draw() % 2) memcpy(image + change->at + at, change->bytes + at, part);
            }
        }
        if (real_ftruncate(file->fd, 0) != 0 || real_pwrite(file->fd, image, length, 0) != (ssize_t)length) abort();
        free(image);
    }
}

static void clean(void) {
    while (files) {
        struct file *file = files;
        files = file->next;
        forget(file);
    }
    while (names) {
        struct name *name = names;
        names = name->before;
        if (name->spare[0]) real_unlink(name->spare);
        free(name);
    }
}

static void obey(const char *bytes, size_t length) {
    char order[128], word[32];
    snprintf(order, sizeof order, "%.*s", (int)length, bytes);
    if (strncmp(order, "lift", 4) == 0) {
        if (dead) damage();
        char path[PATH], answer[64];
        snprintf(path, sizeof path, "%s.answer", below);
        int told = real_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        int size = snprintf(answer, sizeof answer, "%ld %d\n", count, failed);
        if (told < 0 || real_write(told, answer, size) != size) abort();
        close(told);
        armed = 0;
    } else if (sscanf(order, "arm %31s %ld %ld", word, &when, &pattern) == 3) {
        int at = 0;
        while (strcmp(MODES[at], word) != 0)
            if (++at == sizeof MODES / sizeof *MODES) abort();
        mode = at;
        armed = 1;
    } else
        abort();
    count = failed = dead = 0;
    clean();
}

static int is_order(int fd) {
    char path[PATH], order[PATH];
    if (!below) return 0;
    path_of(fd, path);
    snprintf(order, sizeof order, "%s.order", below);
    return strcmp(path, order) == 0;
}

static ssize_t put(int fd, const void *bytes, size_t length, off_t at, int is_placed) {
    char path[PATH];
    pthread_mutex_lock(&guard);
    if (!is_placed && is_order(fd)) {
        obey(bytes, length);
        pthread_mutex_unlock(&guard);
        return length;
    }
    ssize_t done = -1;
    if (!armed || !path_of(fd, path))
        done = is_placed ? real_pwrite(fd, bytes, length, at) : real_write(fd, bytes, length);
    else {
        int is_appended = !is_placed && fcntl(fd, F_GETFL) & O_APPEND;
        off_t place = is_placed ? at : lseek(fd, 0, is_appended ? SEEK_END : SEEK_CUR);
        int was_dead = dead, is_lost = fails(1);
        /* What is under way when the power goes may be on the platter, too. */
        if (!is_lost || (dead && !was_dead)) note(fd, place, bytes, length);
        if (!is_lost)
            done = is_placed ? real_pwrite(fd, bytes, length, at) : real_write(fd, bytes, length);
    }
    pthread_mutex_unlock(&guard);
    return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return put(fd, bytes, length, 0, 0); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off_t at) { return put(fd, bytes, length, at, 1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return put(fd, bytes, length, at, 1); }

ssize_t writev(int fd, const struct iovec *parts, int many) {
    ssize_t total = 0;
    for (int at = 0; at < many; at++) {
        if (!parts[at].iov_len) continue;
        ssize_t done = write(fd, parts[at].iov_base, parts[at].iov_len);
        if (done < 0) return total ? total : done;
        total += done;
        if ((size_t)done < parts[at].iov_len) break;
    }
    return total;
}

int ftruncate64(int fd, off_t length) {
    char path[PATH];
    pthread_mutex_lock(&guard);
    int done = -1;
    if (!armed || !path_of(fd, path))
        done = real_ftruncate(fd, length);
    else {
        int was_dead = dead, is_lost = fails(0);
        if (!is_lost || (dead && !was_dead)) note(fd, length, NULL, 0);
        if (!is_lost) done = real_ftruncate(fd, length);
    }
    pthread_mutex_unlock(&guard);
    return done;
}
int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

static int sync_one(int fd, int (*real)(int)) {
    char path[PATH];
    pthread_mutex_lock(&guard);
    int done = 0;
    if (!armed || !path_of(fd, path))
        done = below && path_of(fd, path) ? 0 : real(fd);
    else if (fails(0))
        done = -1;
    else
        synced(fd, path);
    pthread_mutex_unlock(&guard);
    return done;
}
int fsync(int fd) { return sync_one(fd, real_fsync); }
int fdatasync(int fd) { return sync_one(fd, real_fdatasync); }

/* A file that is copied by the kernel would pass by: it is read and written instead. */
ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t length, unsigned flags) {
    (void)in, (void)in_at, (void)out, (void)out_at, (void)length, (void)flags;
    errno = ENOSYS;
    return -1;
}
ssize_t sendfile64(int out, int in, off_t *at, size_t length) {
    (void)out, (void)in, (void)at, (void)length;
    errno = ENOSYS;
    return -1;
}
int fallocate64(int fd, int how, off_t at, off_t length) {
    (void)fd, (void)how, (void)at, (void)length;
    errno = EOPNOTSUPP;
    return -1;
}

int open64(const char *path, int flags, ...) {
    mode_t mode_bits = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode_bits = va_arg(rest, mode_t);
        va_end(rest);
    }
    pthread_mutex_lock(&guard);
    int fd = -1;
    int is_watched = armed && is_below(path);
    if (is_watched && dead && (flags & O_ACCMODE) != O_RDONLY)
        errno = EIO;
    else if (is_watched && flags & O_CREAT && access(path, F_OK) != 0) {
        struct name *name = named(MADE, "", path);
        if (!fails(1)) fd = real_open(path, flags, mode_bits);
        keep(name, fd >= 0);
    } else {
        /* A length cut to nothing by opening is a change like any other. */
        int cuts = is_watched && flags & O_TRUNC && (flags & O_ACCMODE) != O_RDONLY;
        fd = real_open(path, cuts ? flags & ~O_TRUNC : flags, mode_bits);
        if (fd >= 0 && cuts) {
            int is_lost = fails(0);
            if (!is_lost) {
                note(fd, 0, NULL, 0);
                is_lost = real_ftruncate(fd, 0) != 0;
            }
            if (is_lost) {
                int why = errno;
                close(fd);
                errno = why;
                fd = -1;
            }
        }
    }
    pthread_mutex_unlock(&guard);
    return fd;
}
int open(const char *path, int flags, ...) {
    mode_t mode_bits = 0;
    if (flags & O_CREAT) {
        va_list rest;
        va_start(rest, flags);
        mode_bits = va_arg(rest, mode_t);
        va_end(rest);
    }
    return open64(path, flags, mode_bits);
}

int rename(const char *from, const char *to) {
    pthread_mutex_lock(&guard);
    int done = -1;
    if (!armed || !is_below(to))
        done = real_rename(from, to);
    else {
        struct name *name = named(MOVED, from, to);
        if (!fails(0)) done = real_rename(from, to);
        keep(name, done == 0);
    }
    pthread_mutex_unlock(&guard);
    return done;
}

static int take_away(int folder, const char *path, int flags) {
    char whole[PATH], base[PATH];
    snprintf(whole, sizeof whole, "%s", path);
    if (folder != AT_FDCWD && path[0] != '/') {
        path_of(folder, base);
        snprintf(whole, sizeof whole, "%.290s/%.290s", base, path);
    }
    pthread_mutex_lock(&guard);
    int done = -1;
    if (!armed || !is_below(whole))
        done = real_unlinkat(folder, path, flags);
    else if (flags & AT_REMOVEDIR)
        done = fails(0) ? -1 : real_unlinkat(folder, path, flags);
    else {
        struct name *name = named(GONE, "", whole);
        if (!fails(0)) done = real_unlinkat(folder, path, flags);
        keep(name, done == 0);
    }
    pthread_mutex_unlock(&guard);
    return done;
}
int unlink(const char *path) { return take_away(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char *path, int flags) { return take_away(folder, path, flags); }

static int made(enum act act, const char *path, int (*make)(const void *), const void *how) {
    pthread_mutex_lock(&guard);
    int done = -1;
    if (!armed || !is_below(path))
        done = make(how);
    else {
        struct name *name = named(act, "", path);
        if (!fails(1)) done = make(how);
        keep(name, done == 0);
    }
    pthread_mutex_unlock(&guard);
    return done;
}

struct linked { int from_at, to_at, flags; const char *from, *to; };
static int make_link(const void *how) {
    const struct linked *told = how;
    return real_linkat(told->from_at, told->from, told->to_at, told->to, told->flags);
}
int linkat(int from_at, const char *from, int to_at, const char *to, int flags) {
    struct linked told = {from_at, to_at, flags, from, to};
    return made(MADE, to, make_link, &told);
}
int link(const char *from, const char *to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

struct folder { const char *path; mode_t mode_bits; };
static int make_folder(const void *how) {
    const struct folder *told = how;
    return real_mkdir(told->path, told->mode_bits);
}
int mkdir(const char *path, mode_t mode_bits) {
    struct folder told = {path, mode_bits};
    return made(FOLDER, path, make_folder, &told);
}
