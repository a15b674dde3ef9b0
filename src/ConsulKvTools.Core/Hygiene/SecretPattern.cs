using System.Text.RegularExpressions;

namespace ConsulKvTools.Hygiene;

/// <summary>A rule with its patterns ready for use. Each gives up after ten seconds, which only a machine that stands still or a text made for it takes.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Shape">Its shape; null for rules that go by a name.</param>
/// <param name="Document">What the whole value has to match; null for nothing.</param>
/// <param name="Names">The names; null for rules that go by the shape.</param>
/// <param name="Value">What stands under such a name; null for anything.</param>
internal sealed record SecretPattern(SecretRule Rule, Regex? Shape, Regex? Document, Regex? Names, Regex? Value);
