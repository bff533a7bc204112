/** The barcode reader: 400 kB of WebAssembly, loaded when somebody first taps "scan". */
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import wasmUrl from "zxing-wasm/reader/zxing_reader.wasm?url";

prepareZXingModule({
  overrides: {
    locateFile: (path: string, prefix: string) => (path.endsWith(".wasm") ? wasmUrl : prefix + path),
  },
});

/** The text of the first code in the picture, or nothing. */
export async function readCode(picture: ImageData): Promise<string | null> {
  const codes = await readBarcodes(picture, {
    formats: ["QRCode", "Code128", "DataMatrix", "EAN13"],
    maxNumberOfSymbols: 1,
    tryHarder: true,
  });
  return codes.find(({ isValid, text }) => isValid && text !== "")?.text ?? null;
}
