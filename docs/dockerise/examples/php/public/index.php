<?php
// The smallest application for php.Dockerfile: probes, its own path, and an upload through /tmp. Apache ends it in order.
$base = getenv('BASE_PATH');
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
$body = [];
if ($path === "$base/") { // a folder to Apache, which sends the visitor to its slash
    // apache.conf sets HTTPS and the address; in Laravel and Symfony, trusted proxies do.
    $scheme = empty($_SERVER['HTTPS']) ? 'http' : 'https';
    $body = ['url' => "$scheme://$_SERVER[HTTP_HOST]$_SERVER[REQUEST_URI]", 'address' => $_SERVER['REMOTE_ADDR']];
} elseif ($path === "$base/slow") {
    for ($end = microtime(true) + 5; microtime(true) < $end; usleep(50000)); // the signal to stop interrupts a sleep
} elseif ($path === "$base/files") {
    $body = ['bytes' => $_FILES['file']['size']];
} elseif ($path !== '/healthz' && $path !== '/readyz') {
    http_response_code(404);
}
header('Content-Type: application/json');
echo json_encode($body, JSON_FORCE_OBJECT | JSON_UNESCAPED_SLASHES);
