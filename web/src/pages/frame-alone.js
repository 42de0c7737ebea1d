// A page that has no script of its own.
import { startFrame } from "../frame.js";

startFrame();
document.documentElement.dataset.ready = "true";
