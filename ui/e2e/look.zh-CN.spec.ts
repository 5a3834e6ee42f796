import { look } from "./look";

look("zh-CN");
