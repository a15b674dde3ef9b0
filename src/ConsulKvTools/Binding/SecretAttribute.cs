using System.Management.Automation;
using System.Security;

namespace ConsulKvTools.Commands;

/// <summary>
/// Takes a SecureString or the password of a PSCredential, and refuses plain text without repeating it: PowerShell's own refusal would show
/// the secret in its message.
/// </summary>
public sealed class SecretAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            SecureString secure => secure,
            PSCredential credential => credential.Password,
            string => throw new ArgumentTransformationMetadataException(
                "A plain string is not taken, because it would stay in the history and in transcripts. Give a SecureString: (Read-Host -AsSecureString), "
                + "or ConvertTo-SecureString $text -AsPlainText -Force where the text already comes from a vault; or a PSCredential whose password is the secret; or a file."),
            var other => throw new ArgumentTransformationMetadataException(
                $"A {other.GetType().Name} is not taken. Give a SecureString, or a PSCredential whose password is the secret."),
        };
}
