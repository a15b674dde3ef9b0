using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lets an error parameter take what else <c>$Error</c> and <c>catch</c> hold: exceptions.</summary>
public sealed class ErrorOfCommandAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) => (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
    {
        ErrorRecord record => record,
        // -ErrorAction Stop leaves an exception that carries the record.
        IContainsErrorRecord { ErrorRecord: { } record } => record,
        Exception exception => new ErrorRecord(exception, exception.GetType().Name, ErrorCategory.NotSpecified, null),
        _ => inputData,
    };
}
