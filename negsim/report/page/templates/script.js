"use strict";
(function () {
  var data = JSON.parse(document.getElementById("report-data").textContent);
  var dates = data.by_date.dates;
  var slider = document.getElementById("date-slider");

  function reading(curve, place) {
    var last = curve.value.length - 1;
    var at = Math.min(place, last);
    var text = (place >= last ? "By the last deadline, " + spoken(curve.closes) : "By " + spoken(dates[at])) + ": ";
    text += curve.printed[at] + ", band " + curve.band[at];
    return text + (curve.range ? ", range " + curve.range[at] : "") + ".";
  }

  function spoken(iso) {
    var months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    var parts = iso.split(/[-T]/);
    var day = Number(parts[2]) + " " + months[Number(parts[1]) - 1] + " " + parts[0];
    return parts.length > 3 ? day + " " + parts[3].slice(0, 5) : day;
  }

  function move(figure, curve, place) {
    var svg = figure.querySelector("svg");
    var mark = svg.querySelector(".mark");
    var end = Number(svg.dataset.end);
    var days = place >= curve.value.length - 1 ? end : data.by_date.days[place];
    var left = Number(svg.dataset.left);
    var x = left + Math.min(1, days / end) * (Number(svg.dataset.right) - left);
    mark.setAttribute("x1", x);
    mark.setAttribute("x2", x);
    mark.setAttribute("visibility", "visible");
    var text = figure.querySelector(".reading");
    text.textContent = reading(curve, place);
    text.dataset.value = curve.value[Math.min(place, curve.value.length - 1)];
  }

  function read() {
    var place = Number(slider.value);
    document.getElementById("date-said").textContent = spoken(dates[place]);
    slider.setAttribute("aria-valuetext", spoken(dates[place]));
    document.querySelectorAll("figure[data-curve]").forEach(function (figure) {
      move(figure, data.by_date.curves[Number(figure.dataset.curve)], place);
    });
  }

  if (slider && dates.length > 1) {
    slider.max = dates.length - 1;
    slider.value = Math.floor((dates.length - 1) / 4);
    slider.addEventListener("input", read);
    slider.closest(".slider").hidden = false;
    read();
  }

  function keyOf(row, column) {
    var cell = row.cells[column];
    if (cell.dataset.sort !== undefined) {
      return cell.dataset.sort;
    }
    var number = cell.querySelector("data");
    return number ? number.value : cell.textContent.trim();
  }

  function compare(one, other) {
    if (one === "" || other === "") {
      return one === other ? 0 : one === "" ? 1 : -1;
    }
    var numbers = Number(one) - Number(other);
    return Number.isNaN(numbers) ? one.localeCompare(other) : numbers;
  }

  function sort(table, head, column) {
    var up = head.getAttribute("aria-sort") !== "ascending";
    table.querySelectorAll("thead th").forEach(function (one) {
      one.removeAttribute("aria-sort");
    });
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    var body = table.tBodies[0];
    var rows = Array.from(body.rows).map(function (row) {
      return { row: row, key: keyOf(row, column) };
    });
    rows.sort(function (a, b) {
      var order = compare(a.key, b.key);
      return a.key === "" || b.key === "" || up ? order : -order;
    });
    rows.forEach(function (one) {
      body.appendChild(one.row);
    });
  }

  document.querySelectorAll("table.sortable").forEach(function (table) {
    Array.from(table.tHead.rows[0].cells).forEach(function (head, column) {
      if (!head.textContent.trim()) {
        return;
      }
      var button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) {
        button.appendChild(head.firstChild);
      }
      head.appendChild(button);
      button.addEventListener("click", function () {
        sort(table, head, column);
      });
    });
  });
})();
