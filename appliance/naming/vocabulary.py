"""Words in the names that cameras, phones, messengers and programs give, by what each tells of a name (rule 12)."""

CAMERA = "a camera's number"
SCREENSHOT = "a screenshot's name"
MESSENGER = "a messenger's name"
STOCK = "a stock site's number"
GENERATED = "an image generator's name"
SCANNER = "a scanner's name"
PROGRAM = "a program's name"
NOTHING = "words that fit every picture"
NUMBERS = "numbers or a date alone"
RANDOM = "a random id"
EMPTY = "no word at all"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say nothing of a picture, however many of them stand together.
EMPTY_WORDS = {
    CAMERA: _words(
        "img imgp imag dsc dscn dscf dscd dsci dcp dcim pict pic mvi mvimg mvc cimg hpim sany sdim "
        "imgl imge sdc kif pxl gopr gopro dji mavic vid bst csc capt dscnn pdr fxt rscn "
        "ndscn exif fullsizerender lrm picsart camphoto beautyplus tempimage"
    ),
    SCREENSHOT: _words(
        "screenshot screenshots screencap screencapture screengrab scrnshot sshot bildschirmfoto schermafbeelding "
        "vlcsnap snipaste smartselect cleanshot "
        "schermopname schermata skärmavbild skärmbild skjermbilde skærmbillede näyttökuva ruutukaappaus "
        "képernyőfotó zrzut ekranu zrzutekranu capture "
        "スクリーンショット 截屏 截图 屏幕截图 屏幕快照 螢幕擷取畫面 螢幕截圖 스크린샷 скриншот"
    ),
    SCANNER: _words(
        "scan scans scanned scanner scn hpscan skm skmbt camscanner ccf cci cce numérisation numerisation "
        "skanna skannad skanowanie escanear escaneado scansione scannen digitalizar skan skany скан"
    ),
    PROGRAM: _words("snapseed"),
    NOTHING: _words(
        "file files image images imgs photo photos foto fotos picture pictures pics picutre photograph bild "
        "bilder aufnahme imagen imagem imagens imágenes immagine immagini afbeelding afbeeldingen billede bilde "
        "kuva kuvat zdjęcie zdjecie obrázek obrazek fotka fotografia fotografie fotoğraf resim fénykép kép poza "
        "εικόνα φωτογραφία фото фотография изображение картинка снимка зображення "
        "画像 写真 图片 图像 照片 圖片 相片 사진 이미지 "
        "صورة תמונה รูปภาพ ảnh untitled unnamed unbenannt unbekannt noname unknown nameless naamloos namnlös utan "
        "titel ohne titel sans titre sin título titulo senza titolo sem título bez názvu без имени названия "
        "tytułu uten tittel 無題 未命名 名称未設定 제목 없음 "
        "copy copies kopie kopi kopia kopio copie copia cópia másolat копия "
        "копія コピー 副本 사본 edit edited edits bearbeitet modifié editado modificato redigerad final finalfinal new "
        "neu nouveau nuevo nuova test testing temp tmp placeholder default sample dummy download downloads upload "
        "uploads uploaded attachment anhang export exported output converted original orig resized cropped scaled "
        "rotated compressed optimized minified thumbnail thumbnails preview fullsize hqdefault maxresdefault "
        "mqdefault sddefault oip oig asdf asdfgh asd qwerty qwertz sdf dfg fgh xxx aaa abc foo blah "
        "giphy removebg pasted ios heic jpg jpeg png gif webp tiff bmp avif"
    ),
}

# Words that say nothing beside a date or a number of a program; alone they may be what the picture shows.
COUNTED_WORDS = {
    CAMERA: _words("sam dcs mov gp gh gx pano wp win cam mod enhanced nr webcam"),
    MESSENGER: _words(
        "whatsapp whats app telegram viber signal snapchat kakaotalk kakao wechat messenger messages inbound "
        "received fb mmexport mms line skype zalo discord instagram insta facebook "
        "微信 微信图片 qq qq图片 wa spoiler"
    ),
    STOCK: _words(
        "shutterstock istock istockphoto adobestock gettyimages getty depositphotos dreamstime alamy bigstock "
        "bigstockphoto canstockphoto fotolia pexels unsplash pixabay freepik vecteezy rawpixel stocksy envato "
        "stock thinkstock thinkstockphotos fotosearch photocase agefotostock  rf xl xxl web"
    ),
    GENERATED: _words(
        "comfyui midjourney mj dalle dall chatgpt gemini generated generation firefly leonardo stablediffusion "
        "stable diffusion sdxl flux imagefx grok copilot designer ideogram txt output ai openai bing"
    ),
    SCANNER: _words("document documents dokument documento doc epson canon brother xerox mfp office lens adobe notes"),
    PROGRAM: _words(
        "frame datei fichier archivo video clip page seite slide layer artboard group object asset item product "
        "crop snap snapshot shot captura camera photobooth booth render version rev design save picker "
        "icloud album gallery galerie collage incollage photogrid inshot capcut lightroom vsco facetune snapseed "
        "snow polish c360 burst cover portrait night hdr raw mp top main pro edge screen thumb small medium "
        "large full hd uhd tumblr il fullxfull collection paste pasted clipboard bitmap graphic grafik figure fig "
        "abb abbildung mpv obs desktop outlook rectangle ellipse component folie diapositive dxo denoise gigapixel "
        "remini faceapp meitu beautycam polarr lightricks lensa pixlr"
    ),
}

DATE_WORDS = _words(
    "am pm at um om kl klo kello à às a de la las el le den der von of on to h min sec o uhr jan january januar "
    "janvier enero gennaio janeiro januari feb february februar février febrero febbraio fevereiro mar march märz "
    "mrz mars marzo março maart apr april avril abril aprile may mai mayo maggio maio mei jun june juni juin "
    "junio giugno junho jul july juli juillet julio luglio julho aug august août agosto augustus sep sept "
    "september septembre septiembre settembre setembro oct okt october oktober octobre octubre ottobre outubro "
    "nov november novembre noviembre novembro dec dez dic december dezember décembre diciembre dicembre dezembro "
    "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday января февраля марта "
    "апреля мая июня июля августа сентября октября ноября декабря 年 月 日 上午 下午 午前 午後 오전 오후"
)
