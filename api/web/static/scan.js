// Reading a QR code with the camera, where the browser can; the field for the code is always there.
"use strict";

const scan = document.getElementById("scan");
const field = document.querySelector("#code-form input[name=code]");
const able = scan && field && "BarcodeDetector" in window && navigator.mediaDevices;
if (able) {
  const button = scan.querySelector("button");
  const said = scan.querySelector("p");
  const video = scan.querySelector("video");
  const open = button.textContent;
  let stream = null;

  const stop = () => {
    if (stream) stream.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = true;
    said.textContent = "";
    button.textContent = open;
  };

  const look = async (detector) => {
    if (!stream) return;
    const [found] = await detector.detect(video).catch(() => []);
    if (found) {
      field.value = found.rawValue.slice(0, 40);
      stop();
      field.form.requestSubmit();
      return;
    }
    said.textContent = scan.dataset.none;
    setTimeout(() => look(detector), 300);
  };

  const start = async () => {
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      video.srcObject = stream;
      video.hidden = false;
      await video.play();
      button.textContent = scan.dataset.stop;
      look(new BarcodeDetector({ formats: ["qr_code"] }));
    } catch {
      stop();
      said.textContent = scan.dataset.denied;
    }
  };

  BarcodeDetector.getSupportedFormats().then((formats) => {
    scan.hidden = !formats.includes("qr_code");
  });
  button.addEventListener("click", () => (stream ? stop() : start()));
  addEventListener("pagehide", stop);
}
