// SPDX-License-Identifier: Apache-2.0
/*
 * Preloaded into a process, it makes its wall clock wrong by what a file of eight bytes says: nanoseconds, which may
 * change at any time. Other clocks and the waits that go by them are left alone: no lock is taken, nothing is read twice.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { NANOSECONDS = 1000000000 };

static const int64_t right;
static const volatile int64_t *offset = &right;
static int (*real_clock)(clockid_t, struct timespec *);
static int (*real_wait)(sem_t *, const struct timespec *);

static void shift(struct timespec *instant, int64_t by) {
    int64_t fraction = instant->tv_nsec + by % NANOSECONDS;
    int64_t carry = fraction < 0 ? -1 : fraction >= NANOSECONDS;
    instant->tv_nsec = fraction - carry * NANOSECONDS;
    instant->tv_sec += by / NANOSECONDS + carry;
}

__attribute__((constructor)) static void begin(void) {
    real_clock = dlsym(RTLD_NEXT, "clock_gettime");
    real_wait = dlsym(RTLD_NEXT, "sem_timedwait");
    const char *path = getenv("FALSE_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) {
        return;
    }
    void *found = mmap(NULL, sizeof *offset, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (found != MAP_FAILED) {
        offset = found;
    }
}

int clock_gettime(clockid_t clock, struct timespec *instant) {
    if (!real_clock) {
        begin();
    }
    int status = real_clock(clock, instant);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        shift(instant, *offset);
    }
    return status;
}

int gettimeofday(struct timeval *restrict instant, void *restrict zone) {
    struct timespec now;
    (void)zone;
    int status = clock_gettime(CLOCK_REALTIME, &now);
    instant->tv_sec = now.tv_sec;
    instant->tv_usec = now.tv_nsec / 1000;
    return status;
}

time_t time(time_t *seconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (seconds) {
        *seconds = now.tv_sec;
    }
    return now.tv_sec;
}

/* The kernel's clock is right: a wait until a wrong instant ends at the right one. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until) {
    struct timespec end = *until;
    shift(&end, -*offset);
    return real_wait(semaphore, &end);
}
