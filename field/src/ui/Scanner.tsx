import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "./words";

const EVERY = 110;
const SAME_AGAIN = 2_500;
const WIDEST = 960;

interface Props {
  /** The camera stays on between two people; while one is on the screen it reads nothing. */
  readonly paused: boolean;
  readonly onRead: (text: string) => void;
  readonly onClose: () => void;
}

type Phase = "starting" | "reading" | "failed";

/** The camera, and the reader that is fetched with it. Pictures are looked at and forgotten. */
export function Scanner({ paused, onRead, onClose }: Props) {
  const video = useRef<HTMLVideoElement>(null);
  const latest = useRef({ paused, onRead });
  latest.current = { paused, onRead };
  const [phase, setPhase] = useState<Phase>("starting");
  const [track, setTrack] = useState<MediaStreamTrack | null>(null);
  const [isLit, setLit] = useState(false);

  useEffect(() => {
    const life = new AbortController();
    const isOver = () => life.signal.aborted;
    const isPaused = () => latest.current.paused;
    let stream: MediaStream | undefined;
    const begin = async () => {
      const [{ readCode }, opened] = await Promise.all([import("./reader"), openCamera()]);
      stream = opened;
      const element = video.current;
      if (isOver() || !element) return stopAll(opened);
      element.srcObject = opened;
      await element.play();
      setTrack(opened.getVideoTracks()[0] ?? null);
      setPhase("reading");
      const look = watcher(element, readCode);
      while (!isOver()) {
        if (!isPaused()) {
          const text = await look();
          if (text !== null && !isPaused()) latest.current.onRead(text);
        }
        await new Promise((resolve) => setTimeout(resolve, EVERY));
      }
    };
    begin().catch(() => setPhase("failed"));
    return () => {
      life.abort();
      stopAll(stream);
    };
  }, []);

  const light = async () => {
    const advanced = [{ torch: !isLit } as MediaTrackConstraintSet];
    await track?.applyConstraints({ advanced });
    setLit(!isLit);
  };

  return (
    <section class={paused ? "scanner paused" : "scanner"}>
      <video ref={video} muted playsInline aria-label={t.value.aim} />
      <p role="status">
        {phase === "starting"
          ? t.value.cameraStarting
          : phase === "failed"
            ? t.value.cameraFailed
            : t.value.aim}
      </p>
      <div class="row">
        <button type="button" onClick={onClose}>
          {t.value.stopScan}
        </button>
        {hasTorch(track) && (
          <button type="button" aria-pressed={isLit} onClick={() => void light()}>
            {t.value.light}
          </button>
        )}
      </div>
    </section>
  );
}

const openCamera = (): Promise<MediaStream> =>
  navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } });

const stopAll = (stream: MediaStream | undefined) => stream?.getTracks().forEach((each) => each.stop());

/** Looks at one picture; a code still in view is not read a second time at once. */
function watcher(video: HTMLVideoElement, readCode: (picture: ImageData) => Promise<string | null>) {
  const canvas = document.createElement("canvas");
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  let seen = { text: "", at: 0 };
  return async (): Promise<string | null> => {
    const { videoWidth, videoHeight } = video;
    if (!brush || videoWidth === 0) return null;
    const scale = Math.min(1, WIDEST / videoWidth);
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    brush.drawImage(video, 0, 0, canvas.width, canvas.height);
    const text = await readCode(brush.getImageData(0, 0, canvas.width, canvas.height));
    if (text === null) return null;
    const isSame = text === seen.text && Date.now() - seen.at < SAME_AGAIN;
    seen = { text, at: Date.now() };
    return isSame ? null : text;
  };
}

function hasTorch(track: MediaStreamTrack | null): boolean {
  const can = track?.getCapabilities() as { torch?: boolean } | undefined;
  return can?.torch === true;
}
