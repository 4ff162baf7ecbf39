#pragma once

namespace cornu::detail {

/// Visits the initializers, regularizers and constraints that an aggregate has, in Keras' order.
void visit_weight_fields(auto& self, auto&& visit) {
  if constexpr (requires { self.kernel_initializer; }) visit("kernel_initializer", self.kernel_initializer);
  if constexpr (requires { self.recurrent_initializer; })
    visit("recurrent_initializer", self.recurrent_initializer);
  if constexpr (requires { self.depthwise_initializer; })
    visit("depthwise_initializer", self.depthwise_initializer);
  if constexpr (requires { self.pointwise_initializer; })
    visit("pointwise_initializer", self.pointwise_initializer);
  visit("bias_initializer", self.bias_initializer);
  if constexpr (requires { self.unit_forget_bias; }) visit("unit_forget_bias", self.unit_forget_bias);
  if constexpr (requires { self.kernel_regularizer; }) visit("kernel_regularizer", self.kernel_regularizer);
  if constexpr (requires { self.recurrent_regularizer; })
    visit("recurrent_regularizer", self.recurrent_regularizer);
  if constexpr (requires { self.depthwise_regularizer; })
    visit("depthwise_regularizer", self.depthwise_regularizer);
  if constexpr (requires { self.pointwise_regularizer; })
    visit("pointwise_regularizer", self.pointwise_regularizer);
  visit("bias_regularizer", self.bias_regularizer);
  if constexpr (requires { self.activity_regularizer; })
    visit("activity_regularizer", self.activity_regularizer);
  if constexpr (requires { self.kernel_constraint; }) visit("kernel_constraint", self.kernel_constraint);
  if constexpr (requires { self.recurrent_constraint; })
    visit("recurrent_constraint", self.recurrent_constraint);
  if constexpr (requires { self.depthwise_constraint; })
    visit("depthwise_constraint", self.depthwise_constraint);
  if constexpr (requires { self.pointwise_constraint; })
    visit("pointwise_constraint", self.pointwise_constraint);
  visit("bias_constraint", self.bias_constraint);
}

}  // namespace cornu::detail
