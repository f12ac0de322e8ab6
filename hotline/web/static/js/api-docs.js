/* 接口手册: starts Swagger UI on the element that names the OpenAPI document. */
const handbook = document.getElementById("api-docs");
window.SwaggerUIBundle({
  url: handbook.dataset.openapi,
  domNode: handbook,
  presets: [window.SwaggerUIBundle.presets.apis],
  validatorUrl: null, // the document is never sent to a server outside
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
});
