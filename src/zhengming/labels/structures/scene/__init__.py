"""Virtual scenes: glTF and GLB."""
