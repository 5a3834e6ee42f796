import { look } from "./look";

look("en");
