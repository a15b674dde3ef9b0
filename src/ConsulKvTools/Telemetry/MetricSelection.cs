using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Which sessions' figures are wanted.</summary>
/// <param name="names">Names, with wildcards; empty for all.</param>
internal sealed class MetricSelection(string[] names)
{
    private readonly WildcardPattern[] patterns = [.. names.Select(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase))];

    /// <summary>True for a session that is wanted. One without a name is called by its address, and [::1] is an address before it is a wildcard.</summary>
    public bool Has(string session) => names.Length == 0
        || names.Any(name => string.Equals(name, session, StringComparison.OrdinalIgnoreCase)) || patterns.Any(pattern => pattern.IsMatch(session));

    /// <summary>Names that are no patterns and of which there are no figures.</summary>
    public IEnumerable<string> Missing(IReadOnlyCollection<string> sessions) => WithoutMatch(sessions).Where(name => !WildcardPattern.ContainsWildcardCharacters(name));

    /// <summary>Names and patterns of which there are no figures.</summary>
    public IEnumerable<string> WithoutMatch(IReadOnlyCollection<string> sessions) =>
        names.Where((name, position) => !sessions.Any(session => string.Equals(name, session, StringComparison.OrdinalIgnoreCase) || patterns[position].IsMatch(session)));
}
