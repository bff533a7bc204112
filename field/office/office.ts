/** The office's own script: Tabler's behaviour and one key. HTMX comes with django-htmx. */
import { bootstrap, tabler } from "@tabler/core/dist/js/tabler.esm.min.js";
import "@tabler/core/dist/css/tabler.min.css";

import { listenForKeys } from "./keys";

// Under their usual names, for a page that opens a drawer itself.
Object.assign(window, { bootstrap, tabler });
listenForKeys(document);
