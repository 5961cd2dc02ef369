"use strict";

// Links into Entra's portal say the page behind a #, which no server hears of.
const PAGES = {
  Overview: "",
  Authentication: "authentication/",
  Credentials: "secrets/",
  CallAnAPI: "permissions/",
  AppRoles: "app-roles/",
};

function follow() {
  const link = /\/~\/(\w+)\/appId\/([0-9a-f-]{36})/i.exec(location.hash);
  const home = document.querySelector(".brand").getAttribute("href");
  if (link && link[1] in PAGES && /[0-9a-f-]{36}\/$/i.test(home))
    location.replace(`${home}${link[2].toLowerCase()}/${PAGES[link[1]]}`);
}

window.addEventListener("hashchange", follow);
follow();
