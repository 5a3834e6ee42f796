/* A child that tries changes as ours does, and is unlucky with those that hold a certain word:
 * it crashes, hangs, or answers with something else. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int has(const unsigned char *bytes, size_t length, const char *word) {
    size_t size = strlen(word);
    for (size_t at = 0; at + size <= length; at++)
        if (memcmp(bytes + at, word, size) == 0) return 1;
    return 0;
}

int main(void) {
    putchar('.');
    fflush(stdout);
    unsigned char head[4];
    while (fread(head, 1, 4, stdin) == 4) {
        size_t length = (size_t)head[0] << 24 | head[1] << 16 | head[2] << 8 | head[3];
        unsigned char *bytes = malloc(length + 1);
        if (fread(bytes, 1, length, stdin) != length) return 1;
        if (has(bytes, length, "crashes the parser")) raise(SIGSEGV);
        if (has(bytes, length, "hangs the parser")) for (;;) pause();
        if (has(bytes, length, "babbles")) puts("nonsense nonsense nonsense");
        free(bytes);
        putchar('.');
        fflush(stdout);
    }
    return 0;
}
