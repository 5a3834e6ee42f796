import { createMemoryHistory, createRouter, type Router } from "vue-router";

import NotFound from "./NotFound.vue";
import { routes } from "./routes";

/** The pages live in memory: the address bar, where there is one, never shows a case. */
export function newRouter(): Router {
  return createRouter({
    history: createMemoryHistory(),
    routes: [...routes, { name: "not-found", path: "/:rest(.*)*", component: NotFound }],
  });
}
