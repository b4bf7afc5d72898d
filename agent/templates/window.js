// Keeps one answer open while this page is shown: that is how the window knows when it
// may end. Everything works without it.
const alive = new EventSource("/alive");
alive.addEventListener("end", () => {
  alive.close();
  document.getElementById("ended").hidden = false;
});
