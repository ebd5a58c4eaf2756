package controlplane

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// client calls the API server, once that has created its certificate.
func (p *Plane) client() (*http.Client, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.transport == nil {
		authority, err := p.Authority()
		if err != nil {
			return nil, err
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(authority) {
			return nil, fmt.Errorf("%s has no certificate yet", p.certificate()) // the API server creates the file, then writes it
		}
		p.transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
	}
	return &http.Client{Transport: p.transport}, nil
}

// ready checks whether the API server serves.
func (p *Plane) ready(ctx context.Context) error { return p.Get(ctx, "/readyz", nil) }

// ErrTooManyRequests is the API server's response to an eviction that a disruption budget forbids for now.
var ErrTooManyRequests = errors.New("too many requests")

// ErrNotFound is the API server's response for an object that does not exist.
var ErrNotFound = errors.New("not found")

// Get reads an object or a list of the API, such as /api/v1/pods, into value. Unlike kubectl it starts no program.
func (p *Plane) Get(ctx context.Context, path string, value any) error {
	return p.call(ctx, http.MethodGet, path, "", nil, value)
}

// Post creates an object, or a subresource such as the eviction of a pod.
func (p *Plane) Post(ctx context.Context, path string, object Object) error {
	return p.call(ctx, http.MethodPost, path, "application/json", object, nil)
}

// Patch changes fields of an object, or of a subresource such as its scale.
func (p *Plane) Patch(ctx context.Context, path string, fields Object) error {
	return p.call(ctx, http.MethodPatch, path, "application/merge-patch+json", fields, nil)
}

func (p *Plane) call(ctx context.Context, method, path, kind string, body Object, value any) error {
	client, err := p.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		content = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, p.URL()+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+p.endpoints.Token)
	request.Header.Set("Content-Type", kind)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode >= http.StatusBadRequest {
		text, _ := io.ReadAll(response.Body)
		err := errors.New(response.Status)
		switch response.StatusCode {
		case http.StatusTooManyRequests:
			err = ErrTooManyRequests
		case http.StatusNotFound:
			err = ErrNotFound
		}
		return fmt.Errorf("%s %s: %w: %s", method, path, err, text)
	}
	if value == nil {
		_, err := io.Copy(io.Discard, response.Body) // so that the connection is used again
		return err
	}
	return json.NewDecoder(response.Body).Decode(value)
}
