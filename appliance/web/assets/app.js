import "./scripts/requests.js";
import "./scripts/dialogs.js";
import "./scripts/times.js";
import "./scripts/live.js";
import "./scripts/toasts.js";
import "./scripts/review.js";
import "./scripts/small.js";
import "./scripts/upload.js";
