; tillside://find?… opens Tillside. Nothing after "--" is read as a switch, whatever a web page puts into the address.
!macro customInstall
  WriteRegStr SHCTX "Software\Classes\tillside" "" "URL:Tillside"
  WriteRegStr SHCTX "Software\Classes\tillside" "URL Protocol" ""
  WriteRegStr SHCTX "Software\Classes\tillside\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" -- "%1"'
!macroend

!macro customUnInstall
  ${IfNot} ${isUpdated}
    DeleteRegKey SHCTX "Software\Classes\tillside"
    DeleteRegKey HKCU "Software\Classes\tillside"
  ${EndIf}
!macroend

; Removing Tillside says what any user of this computer has not sent: in a window, or in a file for a silent removal (/S).
; The data stays either way.
!macro customUnInit
  ${IfNot} ${isUpdated}
    StrCpy $R7 ""
    ReadRegStr $R2 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList" "ProfilesDirectory"
    ExpandEnvStrings $R2 "$R2"
    FindFirst $R3 $R4 "$R2\*"
    ${DoWhile} $R4 != ""
      ClearErrors
      FileOpen $R5 "$R2\$R4\AppData\Local\Tillside\live\unsent.txt" r
      ${IfNot} ${Errors}
        FileRead $R5 $R6
        FileClose $R5
        StrCpy $R7 "$R7$R4: $R6$\n"
      ${EndIf}
      FindNext $R3 $R4
    ${Loop}
    FindClose $R3
    ReadEnvStr $R2 "ProgramData"
    Delete "$R2\Tillside\unsent-at-removal.txt"
    ClearErrors
    ${If} $R7 != ""
      CreateDirectory "$R2\Tillside"
      FileOpen $R5 "$R2\Tillside\unsent-at-removal.txt" w
      ${IfNot} ${Errors}
        ; The byte order mark of UTF-16, since user names may hold any character.
        FileWriteWord $R5 65279
        FileWriteUTF16LE $R5 "$R7"
        FileClose $R5
      ${EndIf}
      ClearErrors
      MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$R7$\nEverything stays on this computer, and what waits here is sent when Tillside is installed again. Remove Tillside?" /SD IDYES IDYES tillsideGoOn
      Quit
      tillsideGoOn:
    ${EndIf}
  ${EndIf}
!macroend
