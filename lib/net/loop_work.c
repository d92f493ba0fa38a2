/* Work beside the loop, on libuv's pool of threads: see loop_work.h. */
#include "net/loop_work.h"

#include <stdlib.h>

#include <uv.h>

#include "base/mem.h"
#include "base/must.h"

struct loop_work {
    uv_work_t uv;
    loop_cb *work;
    loop_cb *done;
    void *ctx;
};

static void loop_work_on_thread(uv_work_t *uv)
{
    const struct loop_work *w = uv->data;
    w->work(w->ctx);
}

/* Nobody cancels it, so that 'status' says nothing. */
static void loop_work_on_loop(uv_work_t *uv, int status)
{
    (void)status;
    struct loop_work w = *(const struct loop_work *)uv->data;
    free(uv->data);
    w.done(w.ctx);
}

void loop_work(struct loop *loop, loop_cb *work, loop_cb *done, void *ctx)
{
    struct loop_work *w = xcalloc(1, sizeof(*w));
    *w = (struct loop_work){.work = work, .done = done, .ctx = ctx};
    w->uv.data = w;
    int result = uv_queue_work(loop_uv(loop), &w->uv, loop_work_on_thread, loop_work_on_loop);
    must(result == 0); /* it refuses nothing but a missing function */
}
