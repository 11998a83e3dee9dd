// All of gorace's public API. Each part also has a header of its own, which compiles faster.
#ifndef GORACE_GORACE_H_
#define GORACE_GORACE_H_

#include <gorace/chan.h>
#include <gorace/cond.h>
#include <gorace/context.h>
#include <gorace/go.h>
#include <gorace/group.h>
#include <gorace/labels.h>
#include <gorace/metrics.h>
#include <gorace/mutex.h>
#include <gorace/net.h>
#include <gorace/once.h>
#include <gorace/panic.h>
#include <gorace/rw_mutex.h>
#include <gorace/select.h>
#include <gorace/semaphore.h>
#include <gorace/time.h>
#include <gorace/timer.h>
#include <gorace/wait_group.h>

#endif  // GORACE_GORACE_H_
