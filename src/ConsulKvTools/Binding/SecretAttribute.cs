using System.Management.Automation;
using System.Security;

namespace ConsulKvTools.Commands;

/// <summary>
/// Takes a SecureString or the password of a PSCredential, and refuses plain text without repeating it: PowerShell's own refusal would show
/// the secret in its message.
/// </summary>
public sealed class SecretAttribute : ArgumentTransformationAttribute
{
    /// <summary>True where an empty secret is one: a certificate's file may have an empty password, a token is never empty.</summary>
    public bool MayBeEmpty { get; set; }

    /// <inheritdoc/>
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData) =>
        (inputData is PSObject wrapped ? wrapped.BaseObject : inputData) switch
        {
            null => null,
            SecureString secure => NotEmpty(secure),
            PSCredential credential => NotEmpty(credential.Password),
            string => throw new ArgumentTransformationMetadataException(
                "A plain string is not taken, because it would stay in the history and in transcripts. Give a SecureString: (Read-Host -AsSecureString), (Get-Secret name) with SecretManagement, "
                + "or ConvertTo-SecureString $text -AsPlainText -Force where the text already comes from a vault; or a PSCredential whose password is the secret; or a file. "
                + "If it was typed just now, Clear-History forgets it."),
            var other => throw new ArgumentTransformationMetadataException(
                $"A {other.GetType().Name} is not taken. Give a SecureString, or a PSCredential whose password is the secret."),
        };

    private SecureString NotEmpty(SecureString secret) => secret.Length > 0 || MayBeEmpty
        ? secret
        : throw new ArgumentTransformationMetadataException("The secret is empty: nothing was typed, or the variable it was made of is not set. Leave the parameter out to go without one.");
}
