// The screen of a bulk approval: leaving a mark out, or taking it in, counts the selection again.
for (const box of document.querySelectorAll('.bulk-marks [name="leave"]')) {
  box.addEventListener('change', () => box.form.requestSubmit());
}
