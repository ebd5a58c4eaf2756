# The smallest application for ruby.Dockerfile: probes, its own path, and an upload through /tmp. Puma ends it in order.
require "json"
require "rack"

base = ENV.fetch("BASE_PATH")

run(lambda do |env|
  request = Rack::Request.new(env)
  status, body = 200, {}
  case request.path
  when "/healthz", "/readyz"
  when base
    # Rack believes X-Forwarded-Proto by itself, and of X-Forwarded-For the last entry that is no private address.
    body = { url: request.url, address: request.ip }
  when "#{base}/slow"
    sleep 5
  when "#{base}/files"
    body = { bytes: request.params["file"][:tempfile].size }
  else
    status = 404
  end
  [status, { "content-type" => "application/json" }, [body.to_json]]
end)
