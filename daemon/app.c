#include "daemon/app.h"

static void on_retry(uv_timer_t *timer) {
  zg_app *app = timer->data;
  zg_waiter *all = app->waiters;
  app->waiters = NULL;
  while (all) {
    zg_waiter *w = all;
    all = w->next;
    w->waiting = false;
    w->retry(w); /* may wait again: that goes to the new list */
  }
}

void zg_app_wait(zg_app *app, zg_waiter *w) {
  if (w->waiting)
    return;
  w->waiting = true;
  w->next = app->waiters;
  app->waiters = w;
  if (!uv_is_active((uv_handle_t *)&app->retry_timer))
    uv_timer_start(&app->retry_timer, on_retry, 20, 0);
}

void zg_app_forget(zg_app *app, zg_waiter *w) {
  for (zg_waiter **at = &app->waiters; *at; at = &(*at)->next)
    if (*at == w) {
      *at = w->next;
      break;
    }
  w->waiting = false;
}
