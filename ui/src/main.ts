import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";

import App from "./app/App.vue";
import { newRouter } from "./app/router";
import { newQueryClient, openHost, provideHost } from "./host";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/print.css";

const { host, screen } = await openHost();
const queries = newQueryClient();
const router = newRouter();

const app = createApp(App);
provideHost(app, host, queries);
app.use(VueQueryPlugin, { queryClient: queries });
app.use(router);
await router.replace(screen ?? "/");
app.mount("#app");
