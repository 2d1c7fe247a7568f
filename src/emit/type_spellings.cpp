#include "emit/type_spellings.h"

namespace warpsmith {

void TypeSpellings::Bind(const TypeTable& types) {
  types_ = &types;
  for (uint32_t index : filled_) texts_[index].clear();
  filled_.clear();
  if (texts_.size() < types.size()) texts_.resize(types.size());
}

std::string_view TypeSpellings::Spell(TypeId type) {
  // A table that grew since Bind moves the texts, so views handed out before do not survive this.
  if (type.index >= texts_.size()) texts_.resize(types_->size());
  std::string& text = texts_[type.index];
  AppendCppType(*types_, type, text);
  if (!types_->IsCommon(type)) filled_.push_back(type.index);
  return text;
}

}  // namespace warpsmith
