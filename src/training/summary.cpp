#include <algorithm>
#include <cstdio>
#include <map>

#include "cornu/model/model.hpp"
#include "training/training.hpp"

namespace cornu {

namespace {

using Row = std::vector<std::vector<std::string>>;  // cells, each of some lines

/// Width in characters on the screen: UTF-8 continuation bytes take no place.
std::size_t shown(const std::string& text) {
  return std::size_t(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Breaks at spaces; a word that is too long is cut and ends in an ellipsis, as rich does.
std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
  std::vector<std::string> lines(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    std::string word = text.substr(at, end - at);
    at = end + 1;
    if (word.size() > width) word = word.substr(0, width - 1) + "…";
    std::string& line = lines.back();
    if (line.empty())
      line = word;
    else if (shown(line) + 1 + shown(word) <= width)
      line += " " + word;
    else
      lines.push_back(word);
  }
  return lines;
}

std::string repeated(const char* what, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += what;
  return out;
}

std::string with_commas(Index n) {
  std::string digits = std::to_string(n);
  for (Index at = Index(digits.size()) - 3; at > 0; at -= 3) digits.insert(std::size_t(at), ",");
  return digits;
}

std::string memory_text(double bytes) {
  const char* units[] = {"B", "KB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < std::size(units)) bytes /= 1024, ++unit;
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.2f %s", bytes, units[unit]);
  return buffer;
}

std::string shape_text(const Shapes& shapes) {
  std::string out;
  for (const Shape& shape : shapes) {
    std::string one = "(None";
    for (const Index extent : shape) one += ", " + std::to_string(extent);
    out += (out.empty() ? "" : ", ") + one + (shape.empty() ? ",)" : ")");
  }
  return shapes.size() == 1 ? out : "[" + out + "]";
}

/// What the table knows of a layer in a graph: the calls that this model makes of it.
struct Calls {
  std::vector<const detail::Node*> nodes;
};

Index parameters(const Layer& layer) {
  const detail::Graph* inner = detail::nested_graph(layer);
  if (inner == nullptr) return layer.count_params();
  Index n = 0;
  for (const Weight* w : inner->weights()) n += w->value.size();
  return n;
}

class Table {
 public:
  explicit Table(const detail::Graph& graph) : graph_(graph) {
    for (const auto& node : graph.nodes()) calls_[node->layer.get()].nodes.push_back(node.get());
    linear_ = graph.sequential() || chain();
    widths_ = linear_ ? std::vector<std::size_t>{31, 22, 13} : std::vector<std::size_t>{19, 17, 10, 17};
  }

  std::string text() const {
    std::vector<std::string> heads{"Layer (type)", "Output Shape", "Param #"};
    if (!linear_) heads.push_back("Connected to");
    std::string out = rule("┏", "━", "┳", "┓") + line(heads, "┃") + rule("┡", "━", "╇", "┩");
    bool first = true;
    for (const auto& layer : graph_.layers()) {
      if (graph_.sequential() && layer->type() == Input::type) continue;
      if (!first) out += rule("├", "─", "┼", "┤");
      first = false;
      out += row(*layer);
    }
    return out + rule("└", "─", "┴", "┘");
  }

 private:
  /// Whether each layer is called once, with one input, after another: then nobody needs "Connected to".
  bool chain() const {
    if (graph_.inputs().size() > 1) return false;
    std::map<const detail::Node*, int> readers;
    for (const auto& [layer, calls] : calls_) {
      if (calls.nodes.size() > 1 || calls.nodes[0]->inputs.size() > 1) return false;
      if (++readers[calls.nodes[0]->inputs[0].node().get()] > 1) return false;
    }
    return true;
  }
  std::string rule(const char* left, const char* line, const char* cross, const char* right) const {
    std::string out = left;
    for (std::size_t i = 0; i < widths_.size(); ++i)
      out += (i > 0 ? cross : "") + repeated(line, widths_[i] + 2);
    return out + right + "\n";
  }
  std::string line(const std::vector<std::string>& cells, const char* border) const {
    std::string out = border;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const std::string pad(widths_[i] - std::min(widths_[i], shown(cells[i])), ' ');
      out += i == 2 ? " " + pad + cells[i] + " " : " " + cells[i] + pad + " ";
      out += border;
    }
    return out + "\n";
  }
  std::string row(const Layer& layer) const {
    const auto found = calls_.find(&layer);
    const bool input = found == calls_.end();
    Shapes shapes;
    if (input)
      shapes = {static_cast<const InputLayer&>(layer).spec().shape};
    else
      shapes = found->second.nodes[0]->outputs;
    Row cells{wrapped(layer.name() + " (" + std::string(layer.type()) + ")", widths_[0]),
              wrapped(shape_text(shapes), widths_[1]),
              {with_commas(parameters(layer))}};
    if (!linear_)
      cells.push_back(input ? std::vector<std::string>{"-"}
                            : wrapped(connections(found->second), widths_[3]));
    std::size_t height = 1;
    for (const auto& cell : cells) height = std::max(height, cell.size());
    std::string out;
    for (std::size_t i = 0; i < height; ++i) {
      std::vector<std::string> at;
      for (const auto& cell : cells) at.push_back(i < cell.size() ? cell[i] : "");
      out += line(at, "│");
    }
    return out;
  }
  std::string connections(const Calls& calls) const {
    std::string out;
    for (const detail::Node* node : calls.nodes)
      for (const SymbolicTensor& t : node->inputs) {
        const auto from = calls_.find(t.node()->layer.get());
        std::size_t call = 0;
        if (from != calls_.end())
          while (call + 1 < from->second.nodes.size() && from->second.nodes[call] != t.node().get()) ++call;
        out += (out.empty() ? "" : ", ") + graph_.source_layer(t)->name() + "[" + std::to_string(call) +
               "][" + std::to_string(t.output()) + "]";
      }
    return out;
  }

  const detail::Graph& graph_;
  std::map<const Layer*, Calls> calls_;
  bool linear_;
  std::vector<std::size_t> widths_;
};

struct Count {
  Index parameters = 0, bytes = 0;
  std::string text(const char* what) const {
    return std::string(" ") + what + " params: " + with_commas(parameters) + " (" +
           memory_text(double(bytes)) + ")\n";
  }
  void add(Index n, Index bytes_each = sizeof(float)) { parameters += n, bytes += n * bytes_each; }
};

}  // namespace

std::string Model::summary_text() const {
  const detail::Graph& g = *graph("summary");
  Count trainable, frozen, optimizer;
  for (const auto& [layer, trains] : g.leaves())
    for (const Weight& w : layer->weights()) (trains && w.trainable ? trainable : frozen).add(w.value.size());
  if (training_ && training_->optimizer().built()) {
    optimizer.add(1, 8);                                           // the step counter
    if (!training_->optimizer().has_schedule()) optimizer.add(1);  // the learning rate
    for (const Optimizer::Slot& slot : training_->optimizer().slots()) optimizer.add(slot.value.size());
  }
  const Count total{trainable.parameters + frozen.parameters + optimizer.parameters,
                    trainable.bytes + frozen.bytes + optimizer.bytes};
  std::string out = "Model: \"" + g.name() + "\"\n" + Table(g).text() + total.text("Total") +
                    trainable.text("Trainable") + frozen.text("Non-trainable");
  if (optimizer.parameters > 0) out += optimizer.text("Optimizer");
  return out;
}

void Model::summary(std::FILE* out) const {
  const std::string text = summary_text();
  std::fwrite(text.data(), 1, text.size(), out);
  std::fflush(out);
}

}  // namespace cornu
