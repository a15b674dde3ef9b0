using ConsulKvTools.Diagnosis.Reports.Json;

namespace ConsulKvTools.Cli.Json;

/// <summary>Whether the token may do one thing.</summary>
internal sealed record AclAnswer(
    AclOperation Operation, bool? Allowed, string? Code, string Method, string? AccessorId, IReadOnlyList<string>? Policies,
    string? DecidedBy, string? DecidingRule, string Reason, IReadOnlyList<ConsulAclRule> Rules, string? SuggestedRule, string? Command, FindingDocument? Finding, IReadOnlyList<FindingDocument> Notes)
{
    public static AclAnswer Of(ConsulAclResult result) => new(
        result.Operation, result.Allowed, result.Code, result.Method, result.AccessorId, result.Policies,
        result.DecidedBy, result.DecidingRule, result.Reason, result.Rules, result.SuggestedRule, result.Command, FindingDocument.OfAny(result.Finding), [.. result.Notes.Select(FindingDocument.Of)]);
}
