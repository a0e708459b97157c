// Photos are sent one by one, a few at a time, with how far it is; past the server where the storage is a bucket. Without
// this script the form sends them all at once.
import { announce } from "./toasts.js";

const AT_ONCE = 3;
const ANNOUNCED_AT_ONCE = 100;
const API = "/api/v1/batches";
const form = () => document.querySelector("form[data-uploads]");
const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";
let brought = []; // what was dropped; otherwise what the field has

async function ask(path, body) {
  const headers = { "Content-Type": "application/json", "X-CSRF-Token": csrf() };
  const answer = await fetch(API + path, { method: "POST", headers, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.detail ?? `That did not work (${answer.status}).`);
  return said;
}

// With a request of the old kind, which tells how much of a body was sent.
function put(address, body, headers, progress) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.open("PUT", address);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => progress(event.loaded);
    request.onerror = () => failed(new TypeError("The server cannot be reached; try again in a moment."));
    request.onload = () => (request.status < 300 ? done(request) : failed(new Error(detail(request))));
    request.send(body);
  });
}

function detail(request) {
  try {
    return JSON.parse(request.responseText).detail;
  } catch {
    return `That did not work (${request.status}).`;
  }
}

function wanted(fields) {
  const said = {};
  for (const [name, value] of fields) {
    if (typeof value !== "string" || name === "csrf" || !value.trim()) continue;
    const field = fields.element.querySelector(`[name="${name}"]:not([type=hidden])`);
    if (field?.type === "checkbox") said[name] = value === "yes";
    else if (field?.type === "number") said[name] = Number(value);
    else if (field?.tagName === "TEXTAREA") said[name] = value.split(/[\n,]/).map((word) => word.trim()).filter(Boolean);
    else said[name] = value.trim();
  }
  return said;
}

// Each gets a name of its own, since a file never takes the place of another.
function named(files, accept) {
  const taken = new Set();
  const kept = [];
  for (const file of files) {
    const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(file.name);
    if (!accept.includes((ending ?? "").toLowerCase())) continue;
    let name = file.name;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}${ending}`;
    taken.add(name.toLowerCase());
    kept.push({ file, name, sent: 0, called: name });
  }
  return kept;
}

class Sending {
  constructor(element, files) {
    this.element = element;
    this.files = files;
    this.total = files.reduce((sum, one) => sum + one.file.size, 0);
    this.past = element.dataset.uploads === "bucket";
    this.done = 0;
    this.parts = {};
  }

  show() {
    const sent = this.files.reduce((sum, one) => sum + one.sent, 0);
    const area = this.element.querySelector(".sending");
    area.hidden = false;
    area.querySelector("progress").value = this.total ? sent / this.total : 1;
    area.querySelector("p").textContent = `${this.done} of ${this.files.length} sent`;
  }

  async all(batch) {
    this.batch = batch;
    if (this.past) await this.announceAll();
    const waiting = [...this.files];
    const work = async () => {
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        await this.send(one);
        one.sent = one.file.size;
        this.done++;
        this.show();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await ask(`/${batch}/finish`, { parts: this.parts });
  }

  async announceAll() {
    for (let at = 0; at < this.files.length; at += ANNOUNCED_AT_ONCE) {
      const some = this.files.slice(at, at + ANNOUNCED_AT_ONCE);
      const files = some.map(({ name, file }) => ({ name, size: file.size }));
      const places = await ask(`/${this.batch}/files`, { files });
      places.files.forEach((place, index) => (some[index].place = place));
    }
  }

  async send(one) {
    const progress = (from) => (loaded) => {
      one.sent = from + loaded;
      this.show();
    };
    if (one.place && this.past) {
      try {
        return await this.sendPast(one, progress);
      } catch (error) {
        if (error instanceof TypeError) this.past = false; // the bucket lets no page of ours in, or is out of reach
      } // otherwise, such as after an hour, only this one goes the other way
    }
    const headers = { "Content-Type": "application/octet-stream", "X-CSRF-Token": csrf() };
    await put(`${API}/${this.batch}/files/${encodeURIComponent(one.name)}`, one.file, headers, progress(0));
  }

  async sendPast(one, progress) {
    const { put: address, parts = [], part_size: size, name } = one.place;
    if (address) return put(address, one.file, {}, progress(0));
    const etags = [];
    for (const [index, part] of parts.entries()) {
      const from = index * size;
      const answer = await put(part, one.file.slice(from, from + size), {}, progress(from));
      const etag = answer.getResponseHeader("ETag");
      if (!etag) throw new TypeError("The bucket hides the ETag from pages.");
      etags.push(etag);
    }
    if (etags.length) this.parts[name] = etags;
  }
}

async function upload(element) {
  const field = element.querySelector("input[type=file]");
  const files = named(brought.length ? brought : [...field.files], field.accept.split(","));
  const most = Number(element.dataset.most);
  const large = files.find(({ file }) => file.size > Number(element.dataset.megabytes) * 1024 * 1024);
  if (!files.length) throw new Error("None of these is an image: choose photos.");
  if (files.length > most) throw new Error(`These are ${files.length} files; at most ${most} are taken at once.`);
  if (large) throw new Error(`“${large.name}” has more than ${element.dataset.megabytes} MB: leave it out.`);
  const fields = new FormData(element);
  fields.element = element;
  const sending = new Sending(element, files);
  sending.show();
  const { id } = await ask("", wanted(fields));
  await sending.all(id);
  location.assign(`/batches/${id}`);
}

function tell(element, text, wrong = false) {
  const area = element.querySelector(".sending");
  area.hidden = false;
  area.querySelector("progress").hidden = wrong;
  const said = area.querySelector("p");
  said.textContent = text;
  said.classList.toggle("problem", wrong);
  announce(text);
}

function chosen(element, files) {
  tell(element, files.length === 1 ? files[0].name : `${files.length} files`, false);
  element.querySelector("progress").hidden = true;
}

document.addEventListener("submit", async (event) => {
  if (!event.target.matches("form[data-uploads]")) return;
  event.preventDefault();
  const element = event.target;
  const button = element.querySelector(".drop button");
  if (button.disabled) return;
  button.disabled = true;
  element.querySelector("progress").hidden = false;
  try {
    await upload(element);
  } catch (error) {
    tell(element, error.message, true);
    button.disabled = false;
  }
});

document.addEventListener("change", (event) => {
  if (!event.target.matches("form[data-uploads] input[type=file]")) return;
  brought = [];
  chosen(form(), event.target.files);
});

// A page is a large place to drop something; what misses it must not take the page away.
for (const type of ["dragover", "drop"])
  document.addEventListener(type, (event) => {
    const element = form();
    if (!element || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    element.querySelector(".drop").classList.toggle("over", type === "dragover");
    if (type !== "drop") return;
    brought = [...event.dataTransfer.files];
    element.querySelector("input[type=file]").required = false;
    if (brought.length) chosen(element, brought);
  });
document.addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form()?.querySelector(".drop").classList.remove("over");
});

document.addEventListener("DOMContentLoaded", () => form()?.classList.add("scripted"));
