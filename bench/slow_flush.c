/* Makes every flush of the write-ahead log take a fixed time, so that commits cost the same in every run, whatever mood the
   disk is in. Preloaded into the server, whose data lie in memory; FLUSH_MICROSECONDS sets the wait.
   cc -O2 -shared -fPIC -o slow_flush.so slow_flush.c -ldl */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int file) {
    static int (*real)(int);
    static long microseconds = -1;
    if (!real) {
        const char *setting = getenv("FLUSH_MICROSECONDS");
        microseconds = setting ? atol(setting) : 0;
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    }
    if (microseconds > 0) {
        struct timespec wait = {microseconds / 1000000, (microseconds % 1000000) * 1000};
        nanosleep(&wait, NULL);
    }
    return real(file);
}
