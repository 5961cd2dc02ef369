// A certified OpenID provider in the form of Entra: its issuer, and its claims.
// Prints its address once it listens.
import http from "node:http";

import { Provider } from "oidc-provider";

const [tenant, client, secret, oid, redirect] = process.argv.slice(2);
const server = http.createServer();

server.listen(0, "127.0.0.1", () => {
  const base = `http://127.0.0.1:${server.address().port}`;
  const path = `/${tenant}/v2.0`;
  const provider = new Provider(base + path, {
    clients: [
      {
        client_id: client,
        client_secret: secret,
        redirect_uris: [redirect],
        response_types: ["code"],
        grant_types: ["authorization_code"],
        token_endpoint_auth_method: "client_secret_post",
        id_token_signed_response_alg: "RS256",
      },
    ],
    claims: {
      openid: ["sub"],
      profile: ["oid", "tid", "nbf", "name", "preferred_username"],
    },
    conformIdTokenClaims: false,
    cookies: { keys: ["for a test"] },
    findAccount: (_context, sub) => ({
      accountId: sub,
      claims: () => ({
        sub,
        oid,
        tid: tenant,
        nbf: Math.floor(Date.now() / 1000),
        name: "Ann Smith",
        preferred_username: sub,
      }),
    }),
    pkce: { required: () => true },
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url.startsWith(path)) {
      response.writeHead(404).end();
      return;
    }
    // As a framework does that mounts the provider below a path.
    request.originalUrl = request.url;
    request.url = request.url.slice(path.length) || "/";
    answer(request, response);
  });
  console.log(base);
});
