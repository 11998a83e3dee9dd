// GIO's tasks. The argument names the case.
#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

static long value;
static GMainLoop* loop;
static gboolean is_racy;

static void expect(gboolean holds) {
  if (!holds) abort();
}

static void work(GTask* task, gpointer source, gpointer data, GCancellable* cancellable) {
  (void)source;
  (void)cancellable;
  if (is_racy) ++value;
  int* numbers = data;
  int* sum = g_new(int, 1);
  *sum = numbers[0] + numbers[1];
  g_task_return_pointer(task, sum, g_free);
}

static void done(GObject* source, GAsyncResult* result, gpointer data) {
  (void)source;
  int* numbers = data;
  int* sum = g_task_propagate_pointer(G_TASK(result), NULL);
  expect(*sum == 7);
  numbers[0] = *sum;
  *sum = 0;
  g_free(sum);
  g_main_loop_quit(loop);
}

static void tasks(void) {
  int numbers[2] = {3, 4};
  GTask* task = g_task_new(NULL, NULL, done, numbers);
  g_task_set_task_data(task, numbers, NULL);
  g_task_run_in_thread(task, work);
  g_object_unref(task);
  g_main_loop_run(loop);
  expect(numbers[0] == 7);
}

static void task_races(void) {
  int numbers[2] = {3, 4};
  is_racy = TRUE;
  GTask* task = g_task_new(NULL, NULL, done, numbers);
  g_task_set_task_data(task, numbers, NULL);
  g_task_run_in_thread(task, work);
  ++value;
  g_object_unref(task);
  g_main_loop_run(loop);
}

int main(int count, char** arguments) {
  loop = g_main_loop_new(NULL, FALSE);
  if (count == 2 && strcmp(arguments[1], "tasks") == 0) tasks();
  if (count == 2 && strcmp(arguments[1], "task_races") == 0) task_races();
  return 0;
}
