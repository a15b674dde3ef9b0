using System.Management.Automation;
using System.Net.Http;
using ConsulKvTools.Diagnosis.Errors;

namespace ConsulKvTools.Commands;

/// <summary>What an ErrorRecord or exception means: its own finding, what its types and numbers say, or at last its text.</summary>
internal static class ErrorRecords
{
    /// <summary>The findings of an error; never empty.</summary>
    public static IReadOnlyList<ConsulFinding> Resolve(ErrorRecord record)
    {
        var request = record.TargetObject as HttpRequestMessage;
        // Invoke-RestMethod keeps the answer's body in the details, and the request as the target.
        var body = record.ErrorDetails?.Message;
        if (ErrorExceptions.Resolve(record.Exception, body, request?.Method.Method, request?.RequestUri) is { } finding) return [finding];
        // An error that came from another machine has lost its exception, but not its id.
        if (record.FullyQualifiedErrorId?.Split(',') is { Length: > 1 } id && id[1].StartsWith(typeof(ErrorRecords).Namespace + ".", StringComparison.Ordinal) && FindingCatalogue.Find(id[0]) is { } row)
            return [ConsulFinding.Create(row.Code, ("text", ErrorTexts.Show(record.ToString())))];
        return OfTexts(record.ToString(), record.Exception);
    }

    /// <summary>The findings of an exception; never empty.</summary>
    public static IReadOnlyList<ConsulFinding> Resolve(Exception failure) =>
        failure is RuntimeException { ErrorRecord: { } record } && record.Exception != failure && record.Exception is not ParentContainsErrorRecordException ? Resolve(record)
        : ErrorExceptions.Resolve(failure) is { } finding ? [finding]
        : OfTexts(failure.Message, failure);

    private static IReadOnlyList<ConsulFinding> OfTexts(string text, Exception failure)
    {
        if (ErrorText.Resolve(text) is { Count: > 0 } told) return told;
        return [ConsulFinding.Create("Error.NotRecognised", ("text", failure.GetType().FullName))];
    }
}
