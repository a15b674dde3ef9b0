using System.Management.Automation;

namespace ConsulKvTools.Commands;

/// <summary>Lets a lock session be given by the lock that Lock-ConsulKv returned; one that is lost is refused before anything is sent.</summary>
public sealed class LockSessionAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            ConsulKvLock { IsHeld: true } held => held.LockSession,
            ConsulKvLock { Loss: { } loss } held => throw new ArgumentTransformationMetadataException($"The lock of {Printable.Text(held.Key, 120)} was lost, so nothing is written under it. {FindingErrors.Sentence(loss.Title)}"),
            ConsulKvLock held => throw new ArgumentTransformationMetadataException($"The lock of {Printable.Text(held.Key, 120)} is not held any more, so nothing is written under it."),
            _ => inputData,
        };
}
