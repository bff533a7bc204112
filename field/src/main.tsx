import { render } from "preact";

import { App } from "./screens/app";
import { changeEdition, holdOffline, isNewerWaiting } from "./screens/edition";
import { Root } from "./screens/Root";
import { t } from "./ui/words";
import "./ui/field.css";

const place = document.getElementById("app") ?? document.body;

async function start(): Promise<void> {
  if (!isSecureContext) return show(t.value.insecureTitle, t.value.insecureText);
  try {
    render(<Root app={await App.open()} />, place);
  } catch (error) {
    return show(t.value.brokenTitle, t.value.brokenText + String(error));
  }
  await holdOffline();
  // Nothing has been touched yet: the moment to go over to an edition that has been waiting.
  if (isNewerWaiting.value) changeEdition();
}

function show(title: string, text: string): void {
  render(
    <main class="app">
      <h1>{title}</h1>
      <p>{text}</p>
    </main>,
    place,
  );
}

void start();
