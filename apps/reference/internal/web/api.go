package web

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"

	"legops/apps/reference/internal/legal"
)

// answer writes JSON. It ignores errors: only the caller knows whether it arrives.
func answer(w http.ResponseWriter, code int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, code int, why string) {
	answer(w, code, struct {
		Error string `json:"error"`
	}{why})
}

// refusals are the responses to the errors of an office.
var refusals = []struct {
	err  error
	code int
}{
	{legal.ErrNotFound, http.StatusNotFound},
	{legal.ErrSigned, http.StatusConflict},
	{legal.ErrName, http.StatusBadRequest},
}

func refuseFor(w http.ResponseWriter, err error) {
	for _, r := range refusals {
		if errors.Is(err, r.err) {
			refuse(w, r.code, err.Error())
			return
		}
	}
	refuse(w, http.StatusInternalServerError, "something went wrong")
}

func (s *Service) about(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]string{"name": "reference", "version": s.version, "environment": s.config.Environment})
}

// matters lists a page: ?page=2.
func (s *Service) matters(w http.ResponseWriter, r *http.Request) {
	page := 1
	if text := r.FormValue("page"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 1_000_000 {
			refuse(w, http.StatusBadRequest, "page must be a whole number of 1 to 1000000")
			return
		}
		page = n
	}
	matters, total := s.office.Matters(page, s.config.PageSize)
	answer(w, http.StatusOK, map[string]any{"matters": matters, "total": total, "page": page, "pageSize": s.config.PageSize})
}

func (s *Service) matter(w http.ResponseWriter, r *http.Request) {
	matter, documents, err := s.office.Matter(r.PathValue("matter"), s.config.PageSize)
	if err != nil {
		refuseFor(w, err)
		return
	}
	answer(w, http.StatusOK, map[string]any{"matter": matter, "documents": documents})
}

// upload stores the raw body. It limits concurrent uploads to the room for them.
func (s *Service) upload(w http.ResponseWriter, r *http.Request) {
	select {
	case s.uploads <- struct{}{}:
		defer func() { <-s.uploads }()
	default:
		w.Header().Set("Retry-After", "1")
		refuse(w, http.StatusServiceUnavailable, "too many uploads at once")
		return
	}
	limit := int64(s.config.MaxUploadKiB) * 1024
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "a document has at most "+strconv.FormatInt(limit, 10)+" bytes")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "the body is incomplete")
		return
	}
	document, isNew, err := s.office.Upload(r.PathValue("matter"), r.PathValue("name"), userOf(r), content)
	switch {
	case err != nil:
		refuseFor(w, err)
	case isNew:
		answer(w, http.StatusCreated, document)
	default:
		answer(w, http.StatusOK, document)
	}
}

// document sends the content as a download: a browser must never show or run an uploaded file.
func (s *Service) document(w http.ResponseWriter, r *http.Request) {
	document, err := s.office.Document(r.PathValue("matter"), r.PathValue("name"))
	if err != nil {
		refuseFor(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Length", strconv.Itoa(len(document.Content)))
	_, _ = w.Write(document.Content)
}

func (s *Service) sign(w http.ResponseWriter, r *http.Request) {
	document, err := s.office.Sign(r.PathValue("matter"), r.PathValue("name"), userOf(r))
	if err != nil {
		refuseFor(w, err)
		return
	}
	answer(w, http.StatusCreated, document)
}

// search looks for a text: ?q=lease.
func (s *Service) search(w http.ResponseWriter, r *http.Request) {
	text := r.FormValue("q")
	if len(text) < 2 || len(text) > 100 {
		refuse(w, http.StatusBadRequest, "q must be 2 to 100 bytes long")
		return
	}
	matters, documents := s.office.Search(text, s.config.PageSize)
	answer(w, http.StatusOK, map[string]any{"matters": matters, "documents": documents})
}
