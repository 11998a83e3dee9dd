// Each of GLib's ways to synchronise that has a model. The argument names the case.
#include <glib.h>
#include <stdlib.h>
#include <string.h>

// As docs/models.md says: each call asks the library, not the status that it wrote unseen.
#undef g_once
#define g_once g_once_impl

static long value;
static gboolean ready;
static int places[4];
static GMutex mutex;
static GRecMutex recursive;
static GRWLock rwlock;
static GCond changed;
static GAsyncQueue* queue;
G_LOCK_DEFINE_STATIC(named);

static void expect(gboolean holds) {
  if (!holds) abort();
}

static void locked(int number) {
  (void)number;
  for (int i = 0; i < 300; ++i) {
    g_mutex_lock(&mutex);
    ++value;
    g_mutex_unlock(&mutex);
  }
}
static void by_macro(int number) {
  (void)number;
  for (int i = 0; i < 300; ++i) {
    G_LOCK(named);
    ++value;
    G_UNLOCK(named);
  }
}
static void by_locker(int number) {
  (void)number;
  for (int i = 0; i < 300; ++i) {
    g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&mutex);
    expect(locker != NULL);
    ++value;
  }
}
static void tried(int number) {
  (void)number;
  for (int done = 0; done < 100;) {
    if (!g_mutex_trylock(&mutex)) continue;
    ++value;
    ++done;
    g_mutex_unlock(&mutex);
  }
}
static void recursed(int number) {
  (void)number;
  for (int i = 0; i < 100; ++i) {
    g_rec_mutex_lock(&recursive);
    if (g_rec_mutex_trylock(&recursive)) {
      ++value;
      g_rec_mutex_unlock(&recursive);
    }
    g_rec_mutex_unlock(&recursive);
  }
}
static void read_or_written(int number) {
  for (int i = 0; i < 100; ++i) {
    if (number == 0 || (number == 1 && g_rw_lock_writer_trylock(&rwlock))) {
      if (number == 0) g_rw_lock_writer_lock(&rwlock);
      ++value;
      g_rw_lock_writer_unlock(&rwlock);
    } else if (number == 2 || g_rw_lock_reader_trylock(&rwlock)) {
      if (number == 2) g_rw_lock_reader_lock(&rwlock);
      expect(value >= 0);
      g_rw_lock_reader_unlock(&rwlock);
    }
  }
}
static void waited(int number) {
  g_mutex_lock(&mutex);
  if (number == 0) {
    ready = TRUE;
    g_cond_broadcast(&changed);
  }
  while (!ready) {
    if (number == 1) {
      g_cond_wait(&changed, &mutex);
    } else {
      g_cond_wait_until(&changed, &mutex, g_get_monotonic_time() + 1000);
    }
  }
  ++value;
  g_mutex_unlock(&mutex);
}
static void once_init(int number) {
  static gsize done = 0;
  (void)number;
  if (g_once_init_enter(&done)) {
    for (int i = 0; i < 1000; ++i) ++value;
    g_once_init_leave(&done, 1);
  }
  expect(value == 1000);
}
static gpointer add_once(gpointer unused) {
  (void)unused;
  for (int i = 0; i < 1000; ++i) ++value;
  return &value;
}
static void once(int number) {
  static GOnce once = G_ONCE_INIT;
  (void)number;
  expect(*(long*)g_once(&once, add_once, NULL) == 1000);
}
// Of two, each orders its own.
static gpointer touch_once(gpointer unused) {
  (void)unused;
  ++value;
  return NULL;
}
static void once_races(int number) {
  static GOnce first = G_ONCE_INIT, second = G_ONCE_INIT;
  if (number < 2) g_once(number == 0 ? &first : &second, number == 0 ? touch_once : add_once, NULL);
}
static void queued(int number) {
  for (int i = 0; i < 50; ++i) {
    if (number < 2) {
      int* item = g_new(int, 1);
      *item = i;
      g_async_queue_push(queue, item);
    } else {
      int* item = i % 2 == 0 ? g_async_queue_pop(queue) : g_async_queue_timeout_pop(queue, 30 * G_USEC_PER_SEC);
      expect(*item < 50);
      *item = -1;
      g_free(item);
    }
  }
}
static void joined(int number) { places[number] = number; }
static void by_bit(int number) {
  static volatile gint word;
  (void)number;
  for (int i = 0; i < 100; ++i) {
    g_bit_lock(&word, 3);
    ++value;
    g_bit_unlock(&word, 3);
  }
}
static void by_atomics(int number) {
  static gint flag;
  if (number == 0) {
    value = 5;
    g_atomic_int_set(&flag, 1);
  } else {
    while (!g_atomic_int_get(&flag)) {
    }
    expect(value == 5);
  }
}
// Each of these makes what it needs of its own, in one of the strands.
static void add_up(gpointer item, gpointer total) {
  expect(*(int*)item == 3);
  *(int*)item = 4;
  expect(*(int*)total == 0);
}
static void pooled(int number) {
  int total = 0;
  int items[8];
  if (number != 0) return;
  GThreadPool* pool = g_thread_pool_new(add_up, &total, 3, FALSE, NULL);
  for (int i = 0; i < 8; ++i) {
    items[i] = 3;
    g_thread_pool_push(pool, &items[i], NULL);
  }
  g_thread_pool_free(pool, FALSE, TRUE);
  for (int i = 0; i < 8; ++i) expect(items[i] == 4);
}
// A flag that orders nothing.
static int begun;
static void touch(gpointer item, gpointer unused) {
  (void)item;
  (void)unused;
  __atomic_store_n(&begun, 1, __ATOMIC_RELAXED);
  ++value;
}
static void pool_races(int number) {
  if (number != 0) return;
  GThreadPool* pool = g_thread_pool_new(touch, NULL, 2, FALSE, NULL);
  g_thread_pool_push(pool, GINT_TO_POINTER(1), NULL);
  // The model has the pool's threads acquire all that was pushed when they begin: that must be over.
  while (!__atomic_load_n(&begun, __ATOMIC_RELAXED)) {
  }
  ++value;
  g_thread_pool_push(pool, GINT_TO_POINTER(2), NULL);
  g_thread_pool_free(pool, FALSE, TRUE);
}
static GMainLoop* loop;
static gboolean take_idle(gpointer item) {
  expect(*(int*)item == 3 && places[0] == 5);
  *(int*)item = 4;
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}
static gboolean take_source(gpointer unused) {
  (void)unused;
  expect(places[0] == 5);
  return G_SOURCE_REMOVE;
}
static int item;
static void idled(int number) {
  static gint made;
  if (number == 0) {
    loop = g_main_loop_new(NULL, FALSE);
    g_atomic_int_set(&made, 1);
    g_main_loop_run(loop);
    expect(item == 4);
    g_main_loop_unref(loop);
  }
  if (number != 1) return;
  while (!g_atomic_int_get(&made)) {
  }
  item = 3;
  places[0] = 5;
  GSource* source = g_idle_source_new();
  g_source_set_callback(source, take_source, NULL, NULL);
  g_source_attach(source, NULL);
  g_source_unref(source);
  g_idle_add(take_idle, &item);
}
static gboolean touch_idle(gpointer unused) {
  (void)unused;
  ++value;
  g_main_loop_quit(loop);
  return G_SOURCE_REMOVE;
}
static void idle_races(int number) {
  static gint made;
  if (number == 0) {
    loop = g_main_loop_new(NULL, FALSE);
    g_atomic_int_set(&made, 1);
    g_main_loop_run(loop);
  }
  if (number != 1) return;
  while (!g_atomic_int_get(&made)) {
  }
  g_idle_add(touch_idle, NULL);
  ++value;
}
static void half_locked(int number) {
  if (number == 0) {
    ++value;
    return;
  }
  g_mutex_lock(&mutex);
  ++value;
  g_mutex_unlock(&mutex);
}
static void written_by_readers(int number) {
  (void)number;
  g_rw_lock_reader_lock(&rwlock);
  value = value + 1;
  g_rw_lock_reader_unlock(&rwlock);
}

static const struct {
  const char* name;
  void (*body)(int);
} cases[] = {{"locked", locked},
             {"by_macro", by_macro},
             {"by_locker", by_locker},
             {"tried", tried},
             {"recursed", recursed},
             {"read_or_written", read_or_written},
             {"waited", waited},
             {"once_init", once_init},
             {"once", once},
             {"once_races", once_races},
             {"queued", queued},
             {"joined", joined},
             {"by_bit", by_bit},
             {"by_atomics", by_atomics},
             {"pooled", pooled},
             {"idled", idled},
             {"pool_races", pool_races},
             {"idle_races", idle_races},
             {"half_locked", half_locked},
             {"written_by_readers", written_by_readers}};
static void (*chosen)(int);

static gpointer strand(gpointer number) {
  chosen(GPOINTER_TO_INT(number));
  return NULL;
}

int main(int count, char** arguments) {
  queue = g_async_queue_new();
  for (unsigned i = 0; i < G_N_ELEMENTS(cases); ++i) {
    if (count < 2 || strcmp(cases[i].name, arguments[1]) != 0) continue;
    chosen = cases[i].body;
    GThread* strands[4];
    for (int number = 0; number < 4; ++number)
      strands[number] = g_thread_new("strand", strand, GINT_TO_POINTER(number));
    for (int number = 0; number < 4; ++number) g_thread_join(strands[number]);
    for (int number = 0; number < 4; ++number) value += places[number];
    g_async_queue_unref(queue);
    return value >= 0 ? 0 : 1;
  }
  return 1;
}
